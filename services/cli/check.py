"""`rami check`: what a site file holds, or all that is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.core.errors import ConfigurationError, Problem
from services.cli.output import print_json, print_table, say
from services.cli.site import opened, warn

if TYPE_CHECKING:
    from twins.site import Site

_WHERE = re.compile(r"(?P<file>.*?):(?P<line>\d+):(?P<column>\d+)(?:: (?P<path>.*))?")


def check(file: Path | None, json: bool) -> None:
    """Print what was found. Raises ConfigurationError with every problem."""
    try:
        site = opened(file)
    except ConfigurationError as error:
        if json:
            print_json({"ok": False, "problems": [_plain(p) for p in error.problems]})
        raise
    if json:
        print_json({"ok": True, **_found(site), "warnings": [_plain(w) for w in site.warnings]})
        return
    warn(site)
    _print(site)


def print_schema() -> None:
    """The JSON Schema of site files, for editors."""
    from twins.site.outline import json_schema

    print_json(json_schema())


def _found(site: Site) -> dict[str, Any]:
    twins = {
        name: {
            "kind": topology.kind,
            "mode": site.twins[name].mode,
            "model": site.twins[name].backends.model.model_dump(mode="json")["kind"],
            "networks": list(topology.networks),
            "components": {n: c.model_dump()["kind"] for n, c in topology.components.items()},
            "declared": list(site.twins[name].components),
            "points": len(topology.points),
            "links": len(topology.links),
        }
        for name, topology in site.topology.twins.items()
    }
    couplings = [
        {"border": f"{c.twin}.{c.border}", "network": f"{c.network_twin}.{c.network}"}
        for c in site.topology.couplings
    ]
    return {
        "site": site.name,
        "file": str(site.file),
        "hash": site.hash,
        "twins": twins,
        "couplings": couplings,
    }


def _print(site: Site) -> None:
    say(f"{site.file}: site {site.name} is in order")
    say()
    rows = []
    for name, t in site.topology.twins.items():
        declared = site.twins[name]
        networks = ", ".join(t.networks)
        model = declared.backends.model.model_dump(mode="json")["kind"]
        own = len(declared.components)
        made = len(t.components) - own
        rows.append((name, t.kind, declared.mode, model, networks, own, made, len(t.points)))
    header = ("twin", "kind", "mode", "model", "networks", "components", "from wiring", "points")
    print_table(header, rows)
    say()
    coupled: dict[str, list[str]] = {}
    for c in site.topology.couplings:
        component = c.border.removesuffix("_border")
        coupled.setdefault(f"{c.network_twin}.{c.network}", []).append(f"{c.twin}.{component}")
    print_table(
        ("network", "meets"), [(network, ", ".join(names)) for network, names in coupled.items()]
    )


def _plain(problem: Problem) -> dict[str, Any]:
    """File, line, column and path apart, as far as they are known."""
    found = _WHERE.fullmatch(problem.where)
    place: dict[str, Any] = {"file": problem.where}
    if found:
        place = {
            "file": found["file"],
            "line": int(found["line"]),
            "column": int(found["column"]),
            "path": found["path"] or "",
        }
    return {**place, "what": problem.what, "hint": problem.hint}
