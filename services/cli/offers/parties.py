"""`rami parties`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json

app = typer.Typer(
    help="Owners that take part: keys, certificates and passwords in one place.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="name of the party, as `owner` in site files")]
Folder = Annotated[Path, typer.Option(help="the installation's folder")]


@app.command()
@ending.handled
def enrol(
    name: Name,
    site: Annotated[
        list[str] | None, typer.Option(help="site in which it takes part; may be repeated")
    ] = None,
    role: Annotated[list[str] | None, typer.Option(help="what it is; may be repeated")] = None,
    folder: Folder = Path("parties"),
) -> None:
    """Take a party in: the folder to hand over holds its keys, certificate and password."""
    from services.cli import parties as work

    work.enrol(folder, name, tuple(site or ()), tuple(role or ()))


@app.command("list")
@ending.handled
def list_(folder: Folder = Path("parties"), json: Json = False) -> None:
    """Who takes part, and who was revoked."""
    from services.cli import parties as work

    work.listed(folder, json)


@app.command()
@ending.handled
def rotate(
    name: Name,
    grace: Annotated[
        str, typer.Option(help="time for which the old signing key is still good, e.g. '1 h'")
    ] = "",
    folder: Folder = Path("parties"),
) -> None:
    """New keys, certificate and password for a party."""
    from services.cli import parties as work

    work.rotate(folder, name, grace)


@app.command()
@ending.handled
def revoke(name: Name, folder: Folder = Path("parties")) -> None:
    """From now on nothing of a party is heard and it hears nothing."""
    from services.cli import parties as work

    work.revoke(folder, name)
