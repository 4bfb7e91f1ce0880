"""From files to the historian: the one place where meters' numbers are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rami.core.errors import DataError, Problem
from rami.core.historian import Store
from rami.core.quality import good
from rami.core.signal import Rows
from rami.information.meters.customers import read_customers
from rami.information.meters.dataset import Dataset
from rami.information.meters.entrance import Entrance
from rami.information.meters.files import Readings, read_files
from rami.information.meters.files.faults import Faults
from rami.information.meters.pseudonym import signal_name


@dataclass
class Ingested:
    """What an ingest took in, and lines `left_out`; no numbers, no pseudonyms."""

    files: int = 0
    readings: int = 0
    customers: int = 0
    new_customers: int = 0
    new: int = 0
    duplicates: int = 0
    corrections: int = 0
    refused: int = 0
    left_out: int = 0


def ingest(
    dataset: Dataset,
    store: Store,
    files: Sequence[Path],
    *,
    customers: Path | None = None,
    register: str | None = None,
    strict: bool = True,
    report: Callable[[str, float], None] = lambda _name, _share: None,
) -> Ingested:
    """Take files into the store as pseudonymous signals.

    Each chunk is durable when the next is read. Lines at fault are left out; the rest is taken,
    and a second ingest of the mended file drops what is there. Raises DataError for such lines
    (file and line only; not `strict`: they are counted), ConfigurationError, RunError when the
    log cannot be written.
    """
    with dataset.locked():
        ring, settings = dataset.ring(), dataset.settings
        entrance = Entrance(dataset, store, ring)
        done = Ingested(files=len(files))
        faults = Faults()
        dataset.tell("ingest", "begun", purpose=settings.purpose, files=len(files))
        groups = read_customers(customers, settings, entrance, entrance.holds) if customers else {}
        done.new_customers = entrance.place(groups)

        def chunks(some: Sequence[Path], told: Faults) -> Iterator[Readings]:
            return read_files(some, settings.files, settings.registers, told, register)

        try:
            for number, file in enumerate(files):
                report("meters", number / len(files))
                for chunk in chunks([file], faults):
                    found = entrance.identities(chunk)
                    if not entrance.knows(found):
                        # in which part of the files a meter stands must not tell its number
                        rest = chunks(files[number:], Faults())
                        every = {one for part in rest for one in entrance.identities(part)}
                        done.new_customers += entrance.admit({*every, *found})
                    _write(dataset, store, chunk, entrance.names(found), done)
        except DataError as error:
            dataset.tell("ingest", "stopped: a file cannot be read", rows=done.new)
            hint = f"{done.new} new rows are in; when it is mended, ingest all the files again"
            raise DataError([*error.problems, Problem("", "ingest stopped", hint)]) from None
        report("meters", 1.0)
        done.customers = entrance.seen
        outcome = f"done, {faults.count} lines left out" if faults.count else "done"
        dataset.tell(
            "ingest", outcome, purpose=settings.purpose, rows=done.new, customers=done.customers
        )
    done.left_out = faults.count
    if strict:
        faults.raise_any("all other lines are in; mend these and ingest the file again")
    return done


def _write(
    dataset: Dataset, store: Store, chunk: Readings, names: list[str], done: Ingested
) -> None:
    """Rows in the order of pseudonyms: that of the file would tell the numbers."""
    done.readings += len(chunk.times)
    held, rank = np.unique(np.array(names, dtype=np.str_), return_inverse=True)
    _, used = np.unique(chunk.meters, return_inverse=True)
    each = rank[used]
    # numbers of 16 bit are sorted in linear time
    order = np.argsort(each.astype(np.uint16) if len(held) < 1 << 16 else each, kind="stable")
    places = np.asarray(each[order], np.int32)
    times = chunk.times[order]
    for register, cells in chunk.values.items():
        values = cells[order]
        there = ~np.isnan(values)
        if not there.any():
            continue
        rows = Rows(
            tuple(signal_name(dataset.name, name, register) for name in held.tolist()),
            places[there],
            times[there],
            values[there],
            good(int(there.sum())),
        )
        written = store.write(rows)
        done.new += written.new
        done.duplicates += written.duplicates
        done.corrections += written.corrections
        done.refused += sum(written.refused.values())
