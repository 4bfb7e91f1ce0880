"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_SITE = typer.Argument(help="site file; without one the reference site", show_default=False)

Site = Annotated[Path | None, _SITE]
Json = Annotated[bool, typer.Option("--json", help="print JSON on stdout")]
Out = Annotated[Path, typer.Option(help="folder for results; made where it is missing")]
