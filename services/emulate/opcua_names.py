"""How the nodes of an emulated plant are called; loads no protocol stack."""

from __future__ import annotations


def namespace(twin: str) -> str:
    """Namespace of a twin's nodes."""
    return f"urn:rami-twins:emulator:{twin}"


def node_text(twin: str, name: str) -> str:
    """A point's node as written in a node map."""
    return f"nsu={namespace(twin)};s={name}"
