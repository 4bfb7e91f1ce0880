"""`rami opcua`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.offers.live import Run
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


@app.command()
@ending.handled
def serve(
    run: Run = None,
    site: Annotated[
        Path | None,
        typer.Option(
            help="site file that runs there; without one the reference site", show_default=False
        ),
    ] = None,
    host: Annotated[str | None, typer.Option(help="address to listen at")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0: any that is free")] = None,
    wait: Annotated[
        str, typer.Option(metavar="DURATION", help='for a run that begins, such as "1 min"')
    ] = "",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="nothing is encrypted, nobody logs in; loopback only")
    ] = False,
    json: Json = False,
) -> None:
    """Serve a site that runs to OPC UA clients, from a process of its own, until stopped."""
    from services.cli import opcua_serve as work

    work.serve(run, site, host, port, wait, insecure, json)
