"""`rami meters`: opens dataset and store, calls the work, tells figures without any number."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rami.core.errors import ConfigurationError, DataError, Problem, RunError
from rami.core.timegrid import NS, TimeGrid, instant
from rami.core.units import parse
from rami.core.wording import did_you_mean
from services.cli.output import note, print_json, print_table, say
from services.cli.site import served
from services.progress import reported

if TYPE_CHECKING:
    from rami.core.historian import Store
    from rami.information.meters.dataset import Dataset
    from services.utility.loading import Utility
    from twins.site import Site

    Served = Site | Utility


def keys(file: Path, name: str, operator: str | None, json: bool) -> None:
    """Make them where there are none. Raises ConfigurationError when there are."""
    from rami.information.meters.keys import KeyRing

    dataset = _dataset(served(file), name, operator)
    with dataset.locked():
        if dataset.keys.exists():
            hint = "rami meters rotate makes new ones"
            raise ConfigurationError([Problem(f"meters.{name}", "has its keys already", hint)])
        dataset.keys.write(KeyRing.fresh(dataset.recipients))
        dataset.tell("keys", "done")
    figures = {"dataset": name, "file": str(dataset.keys.file)}
    _told(f"keys of {name} in {dataset.keys.file}", figures, json)


def ingest(
    file: Path,
    name: str,
    files: list[Path],
    customers: Path | None,
    register: str | None,
    operator: str | None,
    json: bool,
) -> None:
    """Take files in and tell what became of them."""
    from rami.information.meters.ingest import ingest as work

    with _working(file, name, operator) as (dataset, store), reported() as report:
        done = work(dataset, store, files, customers=customers, register=register, report=report)
    if json:
        print_json(asdict(done))
    else:
        print_table(("taken in", "count"), list(asdict(done).items()))


def aggregate(
    file: Path,
    name: str,
    recipient: str,
    out: Path,
    by: str,
    register: str,
    step: str,
    start: str | None,
    end: str | None,
    operator: str | None,
    json: bool,
) -> None:
    """Release a table and tell how much of it was held back."""
    from rami.information.meters.aggregate import aggregate as work

    with _working(file, name, operator) as (dataset, store), reported() as report:
        step_ns = round(_option("--step", step, "time") * NS)
        first, last = _span(store, start, end)
        grid_start = first // step_ns * step_ns
        grid = TimeGrid(grid_start, step_ns, max(1, (last - grid_start) // step_ns))
        table = work(dataset, store, recipient, by, register, grid, out, report)
    held_back = int((~table.published).sum())
    figures = {
        "groups": len(table.groups),
        "intervals": grid.count,
        "released": int(table.published.sum()),
        "held_back": held_back,
        "customers_at_most": int(table.customers.sum(axis=0).max()),
    }
    if json:
        print_json(figures)
    else:
        print_table(("release", "count"), list(figures.items()))
        note(f"wrote {out}")


def share(
    file: Path, name: str, recipient: str, out: Path, start: str | None, end: str | None,
    operator: str | None, json: bool,
) -> None:  # fmt: skip
    """Hand rows over."""
    from rami.information.meters.share import share as work

    with _working(file, name, operator) as (dataset, store):
        count = work(dataset, store, recipient, *_span(store, start, end), out)
    figures = {"rows": count, "recipient": recipient, "file": str(out)}
    _told(f"{count} rows for {recipient} in {out}", figures, json)


def log(file: Path, name: str | None, verify: bool, json: bool) -> None:
    """Rows of the logs, or the outcome of their verification. Raises RunError when it is bad."""
    from rami.information.meters.purge import verify_purges

    site = served(file)
    datasets = [_dataset(site, n, None) for n in _chosen(site, name)]
    rows = [row for dataset in datasets for row in dataset.log.rows()]
    if not verify:
        if json:
            print_json(rows)
        else:
            keys_ = ("at", "operator", "dataset", "action", "recipient", "rows", "customers")
            header = (*keys_, "outcome")
            print_table(header, [[str(r.get(k, "")) for k in header] for r in rows])
        return
    checked = [dataset.log.verify() for dataset in datasets]
    problems = [p for one in checked for p in one.problems]
    if any(row["action"] == "purge" for row in rows):
        with _store(site) as store:
            problems += [p for d in datasets for p in verify_purges(d, store)]
    figures = [(d.name, v.rows, v.head) for d, v in zip(datasets, checked, strict=True)]
    if json:
        heads = [{"dataset": n, "rows": r, "head": h} for n, r, h in figures]
        print_json({"datasets": heads, "problems": problems})
    else:
        print_table(("dataset", "rows", "head"), figures)
    if problems:
        raise RunError("; ".join(problems))


def export_subject(
    file: Path, name: str, id_from: Path, out: Path, operator: str | None, json: bool
) -> None:
    """Everything on one meter."""
    from rami.information.meters.subject import export_subject as work

    with _working(file, name, operator) as (dataset, store):
        count = work(dataset, store, _number(id_from), out)
    _told(f"{count} rows in {out}", {"rows": count, "file": str(out)}, json)


def erase(file: Path, name: str, id_from: Path, operator: str | None) -> None:
    """Remove one meter and print the receipt."""
    from rami.information.meters.subject import erase as work

    with _working(file, name, operator) as (dataset, store):
        print_json(asdict(work(dataset, store, _number(id_from))))


def purge(file: Path, name: str | None, operator: str | None, json: bool) -> None:
    """Apply retention to one dataset or all."""
    from rami.information.meters.purge import purge as work

    site = served(file)
    proofs = []
    for one in _chosen(site, name):
        with _working(file, one, operator) as (dataset, store), reported() as report:
            proof = work(dataset, store, report)
            proofs += [proof] if proof else []
    if json:
        print_json(proofs)
    else:
        header = ("dataset", "start", "end", "rows", "customers", "rows_left")
        print_table(header, [[p[k] for k in header] for p in proofs])


def rotate(file: Path, name: str, keep_old: bool, operator: str | None, json: bool) -> None:
    """New keys."""
    from rami.information.meters.rotate import rotate as work

    with _working(file, name, operator) as (dataset, store), reported() as report:
        epoch = work(dataset, store, keep_old=keep_old, report=report)
    _told(f"{name} is in epoch {epoch}", {"dataset": name, "epoch": epoch}, json)


def rekey(
    file: Path, name: str, recipient: str, table: Path, epoch: int, out: Path,
    operator: str | None, json: bool,
) -> None:  # fmt: skip
    """A recipient's former table under its present pseudonyms."""
    from rami.information.meters.rekey import rekey as work

    kept, gone = work(_dataset(served(file), name, operator), recipient, table, epoch, out)
    words = f"{kept} rows in {out}; {gone} rows of customers erased since are left out"
    _told(words, {"rows": kept, "left_out": gone, "file": str(out)}, json)


def resume(file: Path, name: str, operator: str | None, json: bool) -> None:
    """Finish what was stopped."""
    from rami.information.meters.resume import resume as work

    with _working(file, name, operator) as (dataset, store):
        done = work(dataset, store)
    receipt = asdict(done.receipt) if done.receipt else None
    if json:
        print_json({"action": done.action or None, "receipt": receipt})
        return
    say(f"finished: {done.action}" if done.action else "nothing was left unfinished")
    if receipt:
        print_json(receipt)


def _told(words: str, figures: Mapping[str, object], json: bool) -> None:
    """A line for people or figures for machines."""
    if json:
        print_json(figures)
    else:
        say(words)


@contextmanager
def _working(file: Path, name: str, operator: str | None) -> Iterator[tuple[Dataset, Store]]:
    site = served(file)
    dataset = _dataset(site, name, operator)
    with _store(site) as store:
        yield dataset, store


@contextmanager
def _store(site: Served) -> Iterator[Store]:
    from services.assemble.historian import open_store

    store = open_store(site)
    try:
        yield store
    finally:
        store.close()


def _dataset(site: Served, name: str, operator: str | None) -> Dataset:
    from rami.information.meters.dataset import Dataset

    settings = site.declaration.meters
    if name not in settings:
        hint = did_you_mean(name, settings) if settings else "declare it in the section meters"
        raise ConfigurationError([Problem(str(site.file), f"no dataset {name!r}", hint)])
    who = operator or getpass.getuser()
    dataset = Dataset(name, settings[name], site.folder, who, time.time_ns)
    store = getattr(site.declaration.historian, "folder", None)
    dataset.check_places(site.folder / store if store else None)
    return dataset


def _chosen(site: Served, name: str | None) -> list[str]:
    return [name] if name else list(site.declaration.meters)


def _number(source: Path) -> bytes:
    """A meter's number from a file or stdin: the command line is visible to others."""
    try:
        text = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    except OSError as error:
        raise DataError([Problem(str(source), f"cannot be read: {error.strerror}")]) from None
    lines = [line for line in text.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()]
    if len(lines) != 1:
        raise DataError([Problem(str(source), f"holds {len(lines)} numbers, wanted one")])
    return lines[0]


def _span(store: Store, start: str | None, end: str | None) -> tuple[int, int]:
    from rami.information.meters.dataset import span

    held = span(store)
    if held is None:
        raise DataError("the historian is empty")
    try:
        first = instant(start) if start else held[0]
        last = instant(end) if end else held[1]
    except ValueError as error:
        raise ConfigurationError([Problem("--start, --end", str(error))]) from None
    if last <= first:
        raise ConfigurationError([Problem("--start, --end", "the end is not after the start")])
    return first, last


def _option(name: str, text: str, quantity: str) -> float:
    try:
        return parse(text, quantity)
    except ValueError as error:
        raise ConfigurationError([Problem(name, str(error))]) from None
