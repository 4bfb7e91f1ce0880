"""Where a node stands, as written in a node map: by id or by path, in a namespace."""

from __future__ import annotations

import re
from dataclasses import dataclass

EXAMPLE = "e.g. nsu=urn:plant;s=HP.P_el or nsu=urn:plant;/Plant/HP/P_el"

_NAMESPACE = re.compile(r"(?:nsu=(?P<uri>[^;]+)|ns=(?P<index>\d{1,5}));")
_ID = re.compile(r"(?P<kind>[isgb])=(?P<value>.+)", re.DOTALL)
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_STEP = re.compile(r"(?:(?P<index>\d{1,5}):)?(?P<name>.+)", re.DOTALL)
_SPLIT = re.compile(r"(?<!&)/")

#: URI of a namespace, or its index
Namespace = str | int


@dataclass(frozen=True)
class Address:
    """A node: `kind` is `i`, `s`, `g`, `b` (OPC UA Part 6, 5.3.1.10) or `path`.

    A path starts at the Objects folder; each step is (namespace, browse name).
    """

    text: str
    namespace: Namespace
    kind: str
    identifier: str = ""
    path: tuple[tuple[Namespace, str], ...] = ()

    @property
    def namespaces(self) -> set[Namespace]:
        """All that it names."""
        return {namespace for namespace, _ in self.path} or {self.namespace}


def address(text: str) -> Address:
    """The address in `nsu=...;s=...`, `ns=2;i=7`, `i=2258`, `nsu=...;/A/B` or `/2:A/2:B`.

    Steps of a path without an index of their own are in the path's namespace; `&` keeps the
    character after it. Raises ValueError with an example.
    """
    found = _NAMESPACE.match(text)
    namespace: Namespace = 0
    if found:
        uri = found["uri"]
        namespace = int(found["index"]) if uri is None else uri.replace("%3B", ";")
    rest = text[found.end() :] if found else text
    if rest.startswith("/"):
        return Address(text, namespace, "path", path=_path(text, rest, namespace))
    one = _ID.fullmatch(rest)
    if not one or not _well_formed(one["kind"], one["value"]):
        raise ValueError(f"{text!r} is no node; {EXAMPLE}")
    return Address(text, namespace, one["kind"], one["value"])


def _well_formed(kind: str, value: str) -> bool:
    if kind == "i":
        return value.isascii() and value.isdigit() and int(value) < 2**32
    if kind == "g":
        return bool(_GUID.fullmatch(value))
    return kind == "s" or bool(_BASE64.fullmatch(value))


def _path(text: str, rest: str, namespace: Namespace) -> tuple[tuple[Namespace, str], ...]:
    steps = []
    for part in _SPLIT.split(rest[1:]):
        step = _STEP.fullmatch(part)
        if not step:
            raise ValueError(f"{text!r} has an empty step; {EXAMPLE}")
        name = re.sub(r"&(.)", r"\1", step["name"])
        steps.append((namespace if step["index"] is None else int(step["index"]), name))
    return tuple(steps)
