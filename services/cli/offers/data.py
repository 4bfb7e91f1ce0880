"""`rami data`."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="The historian of a site: its quality, its data in and out.",
    no_args_is_help=True,
)
