"""`rami audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json

app = typer.Typer(help="Every write towards a plant, and every refusal.", no_args_is_help=True)

AuditFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="the audit, or a run's folder; full files follow"),
]


@app.command()
@ending.handled
def verify(
    file: AuditFile,
    head: Annotated[
        str | None, typer.Option(help="digest that must be there, e.g. of a checkpoint")
    ] = None,
    json: Json = False,
) -> None:
    """Check the chain; name the first row that was edited, removed, put in, moved or cut off."""
    from services.cli import audit as work

    work.verify(file, head, json)


@app.command()
@ending.handled
def show(
    file: AuditFile,
    last: Annotated[int, typer.Option(min=0, help="so many rows at the end; 0 for all")] = 50,
    who: Annotated[str, typer.Option(help="only of these, a pattern")] = "*",
    what: Annotated[str, typer.Option(help="only of these inputs, a pattern")] = "*",
    outcome: Annotated[str, typer.Option(help="only with this outcome, a pattern")] = "*",
    json: Json = False,
) -> None:
    """Show rows."""
    from services.cli import audit as work

    work.show(file, last, who, what, outcome, json)
