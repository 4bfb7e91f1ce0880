"""`rami opcua`: the information model as a file that other tools import."""

from __future__ import annotations

from pathlib import Path

from rami.core.errors import RunError
from services.cli.output import note, print_json
from services.cli.site import opened


def export(file: Path | None, types: bool, instances: bool, out: Path | None, json: bool) -> None:
    """Write types, instances, or both into one file."""
    from rami.communication.information_model import type_set
    from rami.communication.nodeset2 import nodeset2
    from services.assemble.information_model import information_model

    nodes = known = type_set()
    name = "rami.types"
    if instances or not types:
        site = opened(file)
        model = information_model(site).nodes
        both = types or not instances
        nodes = known.joined(model) if both else model
        name = f"{site.name}" if both else f"{site.name}.instances"
    target = out or Path(f"{name}.NodeSet2.xml")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(nodeset2(nodes, known.namespaces), encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunError(f"cannot write {target}: {error.strerror or error}") from None
    spaces = {n.uri: n.version for n in nodes.namespaces}
    if json:
        print_json({"file": str(target), "nodes": len(nodes.nodes), "namespaces": spaces})
    else:
        told = ", ".join(f"{uri} {version}" for uri, version in spaces.items())
        note(f"{len(nodes.nodes)} nodes of {told} written to {target}")
