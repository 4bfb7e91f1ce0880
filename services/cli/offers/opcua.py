"""`rami opcua`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json, Site

app = typer.Typer(help="A site as OPC UA clients see it.", no_args_is_help=True)


@app.command()
@ending.handled
def export(
    site: Site = None,
    types: Annotated[bool, typer.Option("--types", help="the types alone")] = False,
    instances: Annotated[
        bool, typer.Option("--instances", help="the site alone, which needs the types")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="file to write; without it <name>.NodeSet2.xml")
    ] = None,
    json: Json = False,
) -> None:
    """Write the information model as NodeSet2 XML: types and site in one file, or one of them."""
    from services.cli import opcua as work

    work.export(site, types, instances, out, json)
