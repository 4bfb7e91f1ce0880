"""`rami meters`."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Customers' meters, who may see what, what is kept.",
    no_args_is_help=True,
)
