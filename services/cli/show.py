"""`rami show`: the twin graph as text, JSON or a drawing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rami.core.errors import ConfigurationError, Problem, RunError
from rami.core.wording import did_you_mean
from services.cli.output import note, print_json, say
from services.cli.site import opened

if TYPE_CHECKING:
    from twins.site import Site


def show(file: Path | None, svg: Path | None, json: bool, twin: str | None) -> None:
    """Print the tree or the graph; write the drawing where a file is named."""
    site = opened(file)
    twins = list(site.topology.twins)
    if twin is not None:
        if twin not in twins:
            hint = did_you_mean(twin, twins)
            raise ConfigurationError([Problem("--twin", f"no twin {twin!r}", hint)])
        twins = [twin]
    if svg is not None:
        from services.cli.drawing import draw

        _write(svg, draw(site.topology, twins, site.declaration.description))
        note(f"drawn to {svg}")
    if json:
        print_json(_graph(site, twins))
    elif svg is None:
        from services.cli.drawing import tree

        say("\n".join(tree(site.topology, twins)))


def _graph(site: Site, twins: list[str]) -> dict[str, object]:
    """Nodes and edges of the twin graph, those of some twins and of the site itself."""
    from rami.asset.graph import twin_graph

    behind = {name: site.twins[name].backends.model.model_dump()["kind"] for name in site.twins}
    graph = twin_graph(site.topology, behind)
    kept = [n for n in graph if n == site.name or str(n).replace(":", ".").split(".")[0] in twins]
    nodes = [{"id": node, **graph.nodes[node]} for node in kept]
    edges = [
        {"source": a, "target": b, **data}
        for a, b, data in graph.edges(data=True)
        if a in kept and b in kept
    ]
    return {"site": site.name, "hash": site.hash, "nodes": nodes, "edges": edges}


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(f"cannot write {file}: {error.strerror or error}") from None
