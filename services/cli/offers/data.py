"""`rami data`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json, Site

app = typer.Typer(
    help="The historian of a site: its quality, its data in and out.",
    no_args_is_help=True,
)

Target = Annotated[
    Path | None,
    typer.Argument(help="site file or data file; without one the reference site"),
]
From = Annotated[str | None, typer.Option("--from", help="first instant, e.g. 2019-01-14")]
To = Annotated[str | None, typer.Option("--to", help="end, not included")]
Signals = Annotated[str | None, typer.Option(help="names or patterns, e.g. 'hts.*.T_*,temp_air'")]
Zone = Annotated[str | None, typer.Option(help="zone of a file's stamps without an offset")]


@app.command()
@ending.handled
def quality(
    target: Target = None,
    from_: From = None,
    to: To = None,
    signals: Signals = None,
    zone: Zone = None,
    out: Annotated[
        Path | None, typer.Option(help="folder for quality.html and quality.json")
    ] = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="print the site's rules and where they come from")
    ] = False,
    json: Json = False,
) -> None:
    """Check the signals of a site's historian, or those of a data file."""
    from services.cli import quality as work

    if rules:
        work.rules(target, json)
    else:
        work.quality(target, work.wanted_of(from_, to, signals, zone), out, json)


@app.command()
@ending.handled
def clean(
    target: Target = None,
    step: Annotated[
        str | None,
        typer.Option(help="raster, e.g. '15 min'; without it each rule's own, else 15 min"),
    ] = None,
    from_: From = None,
    to: To = None,
    signals: Signals = None,
    zone: Zone = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV file with values and a status for each")
    ] = None,
    json: Json = False,
) -> None:
    """Check, fill and resample to `<name>@clean`, and to a file."""
    from services.cli import quality as work

    work.clean(target, work.wanted_of(from_, to, signals, zone), step, out, json)


@app.command()
@ending.handled
def diagnose(
    site: Site = None,
    file: Annotated[
        Path | None, typer.Option(help="CSV or Parquet file, in place of the historian")
    ] = None,
    run: Annotated[str | None, typer.Option(help="run of a study in the historian")] = None,
    from_: From = None,
    to: To = None,
    reference: Annotated[
        str | None, typer.Option(help="time from the start in which nothing was wrong, e.g. '7 d'")
    ] = None,
    json: Json = False,
) -> None:
    """Look for slow faults in recorded data: fouling, wear, drift, stuck actuators."""
    from services.cli import diagnose as work
    from services.cli.history.wanted import span_of

    work.diagnose(site, file, run, span_of(from_, to), reference, json)


class Aggregation(StrEnum):
    """As in `rami.core.historian`, which loads arrays."""

    MEAN = "mean"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    LAST = "last"
    COUNT = "count"
    DIFFERENCE = "difference"


class Format(StrEnum):
    """What a file may be."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


Patterns = Annotated[
    str, typer.Option("--signals", help="names or patterns, e.g. 'hts.*.T_*,temp_air'")
]
Store = Annotated[
    Path | None, typer.Option(help="folder of an embedded historian, in place of the site's")
]


@app.command()
@ending.handled
def export(
    site: Site = None,
    out: Annotated[Path, typer.Option(help="file to write")] = Path("history.csv"),
    signals: Patterns = "*",
    from_: From = None,
    to: To = None,
    step: Annotated[
        str | None, typer.Option(help="one row per interval, e.g. '15 min'; else every row")
    ] = None,
    how: Annotated[
        Aggregation | None,
        typer.Option(help="within an interval; without it mean, of registers difference"),
    ] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="without it by the ending of --out")
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Write signals of the historian to a CSV, Parquet or JSON file."""
    from services.cli.history import export as work

    work.export(
        site,
        out,
        signals=signals,
        first=from_,
        after=to,
        step=step,
        how=how.value if how else None,
        kind=format_.value if format_ else None,
        store=store,
        json=json,
    )


@app.command("import")
@ending.handled
def import_(
    site: Annotated[Path, typer.Argument(help="site file")],
    file: Annotated[Path, typer.Argument(help="CSV or Parquet file, wide or long")],
    form: Annotated[
        str | None, typer.Option(help="how it reads: options of a file of the source csv, as YAML")
    ] = None,
    zone: Zone = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Take the rows of a file into the historian; a second time adds nothing."""
    from services.cli.history import importing as work

    work.import_file(site, file, form=form, zone=zone, store=store, json=json)


@app.command()
@ending.handled
def stats(site: Site = None, store: Store = None, json: Json = False) -> None:
    """Say what the historian holds: signals, rows, months, size."""
    from services.cli.history import content as work

    work.stats(site, store=store, json=json)


@app.command()
@ending.handled
def compact(site: Site = None, store: Store = None, json: Json = False) -> None:
    """Close finished months, drop what retention says, give space back."""
    from services.cli.history import content as work

    work.compact(site, store=store, json=json)


@app.command()
@ending.handled
def last(
    site: Annotated[Path, typer.Argument(help="site file")],
    pattern: Annotated[str, typer.Argument(help="names or patterns")] = "*",
    store: Store = None,
    json: Json = False,
) -> None:
    """Show the latest value of signals."""
    from services.cli.history import content as work

    work.last(site, pattern, store=store, json=json)


@app.command()
@ending.handled
def kpi(
    site: Site = None,
    run: Annotated[
        str | None, typer.Option(help="a run of a study in the historian: winter.marginal")
    ] = None,
    from_: From = None,
    to: To = None,
    step: Annotated[str, typer.Option(help="length of the intervals")] = "15 min",
    store: Store = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="write the figures back as kpi.<name>")
    ] = False,
    json: Json = False,
) -> None:
    """Compute the site's declared key figures over its history."""
    from services.cli.history import figures as work

    work.kpi(site, run=run, first=from_, after=to, step=step, store=store, keep=keep, json=json)
