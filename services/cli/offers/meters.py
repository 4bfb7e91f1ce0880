"""`rami meters`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json

app = typer.Typer(
    help="Customers' meters, who may see what, what is kept.",
    no_args_is_help=True,
)

SiteFile = Annotated[Path, typer.Argument(metavar="SITE", help="site file")]
Dataset = Annotated[str, typer.Argument(help="dataset of the section meters")]
Operator = Annotated[
    str | None,
    typer.Option(envvar="RAMI_OPERATOR", help="who does this; goes into the access log"),
]
Number = Annotated[
    Path,
    typer.Option("--id-from", help="file with the meter's number; - reads it from stdin"),
]
Start = Annotated[str | None, typer.Option(help="first instant, e.g. 2019-01-14T00:00Z")]
End = Annotated[str | None, typer.Option(help="instant after the last")]
File = Annotated[Path, typer.Option(help="file to write")]


@app.command()
@ending.handled
def keys(site: SiteFile, dataset: Dataset, operator: Operator = None, json: Json = False) -> None:
    """Make the keys of a dataset, once; they are never shown."""
    from services.cli import meters as work

    work.keys(site, dataset, operator, json)


@app.command()
@ending.handled
def ingest(
    site: SiteFile,
    dataset: Dataset,
    files: Annotated[list[Path], typer.Argument(help="files of readings, plain or gz")],
    customers: Annotated[Path | None, typer.Option(help="list of meters with their groups")] = None,
    register: Annotated[str | None, typer.Option(help="the one that wide files hold")] = None,
    operator: Operator = None,
    json: Json = False,
) -> None:
    """Take readings into the historian under keyed pseudonyms."""
    from services.cli import meters as work

    work.ingest(site, dataset, files, customers, register, operator, json)


@app.command()
@ending.handled
def aggregate(
    site: SiteFile,
    dataset: Dataset,
    recipient: Annotated[str, typer.Option(help="who gets it")],
    out: File,
    by: Annotated[str, typer.Option(help="grouping, or all")] = "all",
    register: Annotated[str, typer.Option(help="register to sum up")] = "energy",
    step: Annotated[str, typer.Option(help="interval")] = "1h",
    start: Start = None,
    end: End = None,
    operator: Operator = None,
    json: Json = False,
) -> None:
    """Release sums of groups of at least k customers to a recipient."""
    from services.cli import meters as work

    work.aggregate(site, dataset, recipient, out, by, register, step, start, end, operator, json)


@app.command()
@ending.handled
def share(
    site: SiteFile,
    dataset: Dataset,
    recipient: Annotated[str, typer.Option(help="who gets them; inside the house")],
    out: File,
    start: Start = None,
    end: End = None,
    operator: Operator = None,
    json: Json = False,
) -> None:
    """Hand rows to a recipient inside, under pseudonyms of its own."""
    from services.cli import meters as work

    work.share(site, dataset, recipient, out, start, end, operator, json)


@app.command()
@ending.handled
def log(
    site: SiteFile,
    dataset: Annotated[str | None, typer.Argument(help="only this dataset")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="check the chain and the proofs")
    ] = False,
    json: Json = False,
) -> None:
    """Show the access log; with --verify, whether anything in it was changed."""
    from services.cli import meters as work

    work.log(site, dataset, verify, json)


@app.command("export-subject")
@ending.handled
def export_subject(
    site: SiteFile,
    dataset: Dataset,
    id_from: Number,
    out: File,
    operator: Operator = None,
    json: Json = False,
) -> None:
    """Write everything held on one meter."""
    from services.cli import meters as work

    work.export_subject(site, dataset, id_from, out, operator, json)


@app.command()
@ending.handled
def erase(site: SiteFile, dataset: Dataset, id_from: Number, operator: Operator = None) -> None:
    """Remove everything held on one meter; prints the receipt."""
    from services.cli import meters as work

    work.erase(site, dataset, id_from, operator)


@app.command()
@ending.handled
def purge(
    site: SiteFile,
    dataset: Annotated[str | None, typer.Argument(help="only this dataset")] = None,
    operator: Operator = None,
    json: Json = False,
) -> None:
    """Remove single customers' rows past their retention; aggregates and a proof stay."""
    from services.cli import meters as work

    work.purge(site, dataset, operator, json)


@app.command()
@ending.handled
def rotate(
    site: SiteFile,
    dataset: Dataset,
    keep_old: Annotated[
        bool, typer.Option("--keep-old", help="keep the former keys until the next rotation")
    ] = False,
    operator: Operator = None,
    json: Json = False,
) -> None:
    """Move what is held to new pseudonyms and destroy the former keys."""
    from services.cli import meters as work

    work.rotate(site, dataset, keep_old, operator, json)


@app.command()
@ending.handled
def rekey(
    site: SiteFile,
    dataset: Dataset,
    recipient: Annotated[str, typer.Option(help="whose table it is")],
    table: Annotated[Path, typer.Option(help="file of rami meters share, before a rotation")],
    epoch: Annotated[int, typer.Option(help="the table's; its keys were kept")],
    out: File,
    operator: Operator = None,
    json: Json = False,
) -> None:
    """Give a recipient's former table its present pseudonyms (after rotate --keep-old)."""
    from services.cli import meters as work

    work.rekey(site, dataset, recipient, table, epoch, out, operator, json)


@app.command()
@ending.handled
def resume(site: SiteFile, dataset: Dataset, operator: Operator = None, json: Json = False) -> None:
    """Finish an erasure, purge or rotation that was stopped half-way."""
    from services.cli import meters as work

    work.resume(site, dataset, operator, json)
