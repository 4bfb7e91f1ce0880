"""From files to the historian: the one place where meters' numbers are seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rami.core.historian import Store
from rami.core.quality import good
from rami.core.signal import Rows
from rami.information.meters.customers import read_customers
from rami.information.meters.dataset import Dataset
from rami.information.meters.files import Readings, read_files
from rami.information.meters.files.faults import Faults
from rami.information.meters.pseudonym import identity, pseudonyms, signal_name, signals
from rami.information.meters.settings import HISTORIAN


@dataclass
class Ingested:
    """What an ingest took in; no numbers, no pseudonyms."""

    files: int = 0
    readings: int = 0
    customers: int = 0
    new_customers: int = 0
    new: int = 0
    duplicates: int = 0
    corrections: int = 0
    refused: int = 0


def ingest(
    dataset: Dataset,
    store: Store,
    files: Sequence[Path],
    *,
    customers: Path | None = None,
    register: str | None = None,
    report: Callable[[str, float], None] = lambda _name, _share: None,
) -> Ingested:
    """Take files into the store as pseudonymous signals.

    Each chunk is durable when the next is read. Lines at fault are left out; the rest is taken,
    and a second ingest of the mended file drops what is there. Raises DataError for such lines
    (file and line only), ConfigurationError, RunError when the log cannot be written.
    """
    with dataset.locked():
        ring = dataset.ring()
        roster = dataset.roster()
        known: dict[bytes, str] = {}
        pseudonym: dict[str, str] = {}

        def identify(number: bytes) -> str:
            if number not in known:
                known[number] = identity(ring.identity, dataset.name, number)
            return known[number]

        done = Ingested(files=len(files))
        faults = Faults()
        dataset.tell("ingest", "begun", purpose=dataset.settings.purpose, files=len(files))
        if customers is not None:
            groups = read_customers(customers, dataset.settings, identify)
            done.new_customers += len(set(groups) - set(roster.customers))
            roster.place(groups)
        # the roster comes first: whoever has rows can be found, exported and erased
        dataset.keep(roster)
        for number, file in enumerate(files):
            report("meters", number / len(files))
            chunks = read_files(
                [file], dataset.settings.files, dataset.settings.registers, faults, register
            )
            for chunk in chunks:
                used = np.unique(chunk.meters)
                found = {int(i): identify(chunk.numbers[i]) for i in used}
                added = roster.add(found.values())
                if added:
                    done.new_customers += added
                    dataset.keep(roster)
                fresh = [one for one in found.values() if one not in pseudonym]
                names = pseudonyms(ring.key(HISTORIAN), dataset.name, fresh)
                pseudonym.update(zip(fresh, names, strict=True))
                kinds = (signals(dataset.name, n, dataset.settings.registers) for n in names)
                store.declare(signal for kind in kinds for signal in kind)
                _write(dataset, store, chunk, [pseudonym[one] for one in found.values()], done)
        report("meters", 1.0)
        done.customers = len(pseudonym)
        outcome = f"done, {faults.count} lines left out" if faults.count else "done"
        dataset.tell(
            "ingest", outcome, purpose=dataset.settings.purpose, rows=done.new,
            customers=done.customers,
        )  # fmt: skip
    faults.raise_any("all other lines are in; mend these and ingest the file again")
    return done


def _write(
    dataset: Dataset, store: Store, chunk: Readings, names: list[str], done: Ingested
) -> None:
    done.readings += len(chunk.times)
    _, places = np.unique(chunk.meters, return_inverse=True)
    for register, values in chunk.values.items():
        there = np.flatnonzero(~np.isnan(values))
        if not len(there):
            continue
        rows = Rows(
            tuple(signal_name(dataset.name, name, register) for name in names),
            places[there].astype(np.int32),
            chunk.times[there],
            values[there],
            good(len(there)),
        )
        written = store.write(rows)
        done.new += written.new
        done.duplicates += written.duplicates
        done.corrections += written.corrections
        done.refused += sum(written.refused.values())
