"""`rami learn`."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Parameters learned from history, patterns and trends.",
    no_args_is_help=True,
)
