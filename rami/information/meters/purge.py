"""Retention: single customers' rows past it vanish, aggregates stay, a proof says what happened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rami.core.historian import Aggregation, Store
from rami.core.quality import good
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, TimeGrid, iso
from rami.information.meters.aggregate import Table, prepare
from rami.information.meters.dataset import Dataset, span
from rami.information.meters.private_file import read_private, write_private
from rami.information.meters.settings import ARCHIVE

Report = Callable[[str, float], None]

#: length of the spans that are aggregated at once, and signals counted at once
_SPAN_NS = 31 * 86400 * NS
_BATCH = 5000


@dataclass(frozen=True)
class Inventory:
    """Rows and customers with rows in [start, end), and a SHA-256 over counts by signal."""

    rows: int
    customers: int
    digest: str


def purge(
    dataset: Dataset, store: Store, report: Report = lambda _name, _share: None
) -> dict[str, Any] | None:
    """Remove rows older than the retention; the proof, or None when there was nothing."""
    with dataset.locked():
        held = span(store)
        cut = dataset.now() - round(dataset.settings.retention * NS)
        if dataset.settings.keep:
            # an interval is kept as a whole or not at all
            cut -= cut % round(dataset.settings.keep.step * NS)
        if held is None or held[0] >= cut:
            return None
        before = inventory(dataset, store, held[0], cut)
        if not before.rows:
            return None
        begun = dataset.intent.begin(
            "purge", start=held[0], cut=cut, stage="aggregate", rows=before.rows,
            customers=before.customers, before=before.digest,
        )  # fmt: skip
        return finish_purge(dataset, store, begun, report)


def finish_purge(
    dataset: Dataset,
    store: Store,
    begun: dict[str, Any],
    report: Report = lambda _name, _share: None,
) -> dict[str, Any]:
    """Carry out a purge, from wherever it was stopped; the proof."""
    if begun["stage"] == "aggregate":
        _keep_aggregates(dataset, store, int(begun["start"]), int(begun["cut"]), report)
        begun = {**begun, "stage": "erase"}
        dataset.intent.note(begun)
    if begun["stage"] == "erase":
        names = [signal.name for signal in store.signals(f"meters.{dataset.name}.*")]
        if names:
            store.erase(names, int(begun["cut"]))
        begun = {**begun, "stage": "prove", "proof": _proof(dataset, store, begun)}
        dataset.intent.note(begun)
    proof: dict[str, Any] = begun["proof"]
    told = (row for row in dataset.log.rows() if row.get("nonce") == begun["nonce"])
    entry = next((str(row["digest"]) for row in told), None) or dataset.tell(
        "purge", "done", nonce=begun["nonce"], rows=proof["rows"], customers=proof["customers"],
        start=proof["start"], end=proof["end"], proof=_digest(proof),
    )  # fmt: skip
    complete = {**proof, "log": entry}
    file = dataset.records / f"purge-{begun['nonce']}.json"
    write_private(file, json.dumps(complete, sort_keys=True, indent=1).encode())
    dataset.intent.done()
    return complete


def _proof(dataset: Dataset, store: Store, begun: dict[str, Any]) -> dict[str, Any]:
    left = inventory(dataset, store, int(begun["start"]), int(begun["cut"]))
    return {
        "dataset": dataset.name,
        "at": iso(dataset.now()),
        "start": iso(int(begun["start"])),
        "end": iso(int(begun["cut"])),
        "end_ns": int(begun["cut"]),
        "rows": begun["rows"],
        "customers": begun["customers"],
        "before": begun["before"],
        "after": left.digest,
        "rows_left": left.rows,
    }


def _digest(proof: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(proof, sort_keys=True).encode()).hexdigest()


def verify_purges(dataset: Dataset, store: Store) -> list[str]:
    """What is wrong with the proofs: changed, not in the log, or rows there again."""
    problems = []
    digests = {row["digest"]: row for row in dataset.log.rows() if row["action"] == "purge"}
    files = sorted(dataset.records.glob("purge-*.json"))
    listed = set()
    for file in files:
        proof = json.loads(read_private(file))
        entry = digests.get(proof.pop("log"))
        listed.add(entry["digest"] if entry else "")
        if entry is None or entry["proof"] != _digest(proof):
            problems.append(f"{file}: was changed, or is not in the log")
        held = span(store)
        if proof["rows_left"] or (
            held
            and held[0] < proof["end_ns"]
            and inventory(dataset, store, held[0], proof["end_ns"]).rows
        ):
            problems.append(f"{file}: rows before {proof['end']} are there")
    problems += [f"{dataset.records}: a proof is missing" for d in digests if d not in listed]
    return problems


def inventory(dataset: Dataset, store: Store, start_ns: int, end_ns: int) -> Inventory:
    """What is held on single customers in a span."""
    digest = hashlib.sha256()
    rows, owners = 0, set()
    names = [signal.name for signal in store.signals(f"meters.{dataset.name}.*")]
    grid = TimeGrid(start_ns, max(1, end_ns - start_ns), 1)
    for first in range(0, len(names), _BATCH):
        some = names[first : first + _BATCH]
        counts = np.nan_to_num(store.read(some, grid, Aggregation.COUNT).values[0])
        for name, count in zip(some, counts, strict=True):
            if count:
                digest.update(f"{name} {int(count)}\n".encode())
                owners.add(name.rpartition(".")[0])
                rows += int(count)
    return Inventory(rows, len(owners), digest.hexdigest())


def _keep_aggregates(
    dataset: Dataset, store: Store, start_ns: int, cut_ns: int, report: Report
) -> None:
    """Tables of the span go into the historian, by the rules that hold for anything that leaves."""
    keep = dataset.settings.keep
    if keep is None:
        return
    step = round(keep.step * NS)
    begin = start_ns // step * step
    held = span(store)
    last = min(cut_ns, held[1] + step if held else begin) // step * step
    chunk = max(1, _SPAN_NS // step) * step
    for register in dataset.settings.registers:
        for first in range(begin, last, chunk):
            grid = TimeGrid(first, step, (min(first + chunk, last) - first) // step)
            table, release = prepare(dataset, store, keep.by, register, grid)
            if table.published.any():
                number = dataset.releases.add(release, dataset.settings.dominance)
                dataset.tell(
                    "aggregate", "released", recipient=ARCHIVE, by=keep.by, register=register,
                    purpose=dataset.settings.purpose, release=number,
                    rows=int(table.published.sum()), start=iso(first), end=iso(grid.end_ns),
                )  # fmt: skip
                _store(dataset, store, keep.by, table)
            report("purge", (first + chunk - begin) / max(1, last - begin))


def _store(dataset: Dataset, store: Store, by: str, table: Table) -> None:
    times = table.grid.times()
    for g, group in enumerate(table.groups):
        told = table.published[g]
        if not told.any():
            continue
        stem = f"aggregates.{dataset.name}.{by}.{group}.{table.register}"
        both = ((stem, table.quantity, table.sums[g]), (f"{stem}.customers", "share",
                table.customers[g].astype(np.float64)))  # fmt: skip
        for name, quantity, values in both:
            store.declare([Signal(name, quantity)])
            store.write(Rows.of_series(name, times[told], values[told], good(int(told.sum()))))
