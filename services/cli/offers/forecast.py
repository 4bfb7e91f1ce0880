"""`rami forecast`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json

app = typer.Typer(
    help="Forecasts and how good they are.",
    no_args_is_help=True,
)


@app.callback()
def _group() -> None:
    """Forecasts and how good they are."""


@app.command()
@ending.handled
def backtest(
    file: Annotated[Path, typer.Argument(help="CSV file of a measured series")],
    site: Annotated[
        Path | None, typer.Option(help="site file whose section `forecasts` holds")
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="series to forecast; without it the first that may be one")
    ] = None,
    temperature: Annotated[
        str | None,
        typer.Option(help="column of the air temperature, or 'none'; without it by its name"),
    ] = None,
    issue: Annotated[str, typer.Option(help="time of day of the issue, UTC")] = "12:00Z",
    horizon: Annotated[str, typer.Option(help="length from the next 0:00 UTC on")] = "24 h",
    train: Annotated[
        str | None, typer.Option(help="history before the first issue; by default 28 d or less")
    ] = None,
    retrain: Annotated[str, typer.Option(help="time after which a method learns anew")] = "1 d",
    methods: Annotated[
        str | None, typer.Option(help="e.g. ridge,boosting,ridge+boosting; by default ridge")
    ] = None,
    temperature_noise: Annotated[
        str, typer.Option(help="standard deviation of the temperature forecast's error")
    ] = "1.5 K",
    seed: Annotated[int, typer.Option(min=0, help="of that error")] = 0,
    zone: Annotated[
        str | None,
        typer.Option(help="zone of the calendar, and of stamps without an offset"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="folder for backtest.html and backtest.json")
    ] = None,
    json: Json = False,
) -> None:
    """Forecast a measured series day by day, trained on the past only, beside naive forecasts."""
    from services.cli import backtest as work

    options = work.Options(
        site,
        column,
        temperature,
        issue,
        horizon,
        train,
        retrain,
        methods,
        temperature_noise,
        seed,
        zone,
    )
    work.backtest(file, options, out, json)
