"""`rami forecast`."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Forecasts and how good they are.",
    no_args_is_help=True,
)
