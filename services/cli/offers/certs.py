"""`rami certs`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json

app = typer.Typer(help="Certificates of the OPC UA server and its clients.", no_args_is_help=True)

Which = Annotated[
    str, typer.Argument(help="a certificate file, or the beginning of a thumbprint in the folders")
]
Pki = Annotated[Path, typer.Option("--pki", help="the folder that `opcua.pki` of the site names")]
_FOLDER = Path("pki")


@app.command()
@ending.handled
def new(
    name: Annotated[str, typer.Argument(help="of the client; its files are NAME.der and NAME.pem")],
    uri: Annotated[
        str | None, typer.Option(help="its application URI; default: urn:HOST:NAME")
    ] = None,
    host: Annotated[
        list[str] | None, typer.Option(help="names or addresses of its machine; repeatable")
    ] = None,
    years: Annotated[int, typer.Option(min=1, max=20, help="it is valid")] = 5,
    out: Annotated[Path, typer.Option(help="folder for the two files")] = Path(),
    trust: Annotated[bool, typer.Option("--trust", help="and trust it")] = False,
    force: Annotated[bool, typer.Option("--force", help="replace files that are there")] = False,
    pki: Pki = _FOLDER,
) -> None:
    """Make a self-signed certificate and key for a client."""
    from services.cli import certs as work

    work.new(name, uri, tuple(host or ()), years, out, trust, force, pki)


@app.command()
@ending.handled
def trust(which: Which, pki: Pki = _FOLDER) -> None:
    """Let whoever shows this certificate connect."""
    from services.cli import certs as work

    work.trust(which, pki)


@app.command()
@ending.handled
def reject(which: Which, pki: Pki = _FOLDER) -> None:
    """Trust a certificate no longer; whoever is connected with it is cut off."""
    from services.cli import certs as work

    work.reject(which, pki)


@app.command("list")
@ending.handled
def list_(pki: Pki = _FOLDER, json: Json = False) -> None:
    """What is trusted, what was rejected, what is ours."""
    from services.cli import certs as work

    work.listed(pki, json)


@app.command()
@ending.handled
def show(which: Which, pki: Pki = _FOLDER, json: Json = False) -> None:
    """All about one certificate, and what is wrong with it."""
    from services.cli import certs as work

    work.show(which, pki, json)
