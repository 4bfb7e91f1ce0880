"""Rights of one person: all that is held on a meter (GDPR Art. 15, 20), its erasure (Art. 17)."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rami.core.errors import DataError, Problem
from rami.core.historian import Store
from rami.core.timegrid import iso
from rami.core.units import unit_of
from rami.information.meters.aggregate import deliver
from rami.information.meters.dataset import Dataset, span
from rami.information.meters.pseudonym import canonical, identity, pseudonyms
from rami.information.meters.roster import WAITING


@dataclass(frozen=True)
class Erased:
    """`commitment` is in the log; with `salt` and the meter's number anyone can check it.

    `tell` are recipients who were given rows, with the pseudonym they know the person by
    (GDPR Art. 19).
    """

    rows: int
    commitment: str
    salt: str
    tell: dict[str, str]


def commitment(dataset: str, number: bytes, salt: str) -> str:
    """SHA-256 over salt, dataset and number: says nothing without the salt."""
    text = bytes.fromhex(salt) + b"\0" + dataset.encode() + b"\0" + canonical(number)
    return hashlib.sha256(text).hexdigest()


def export_subject(dataset: Dataset, store: Store, number: bytes, out: Path) -> int:
    """Everything held on one meter, as JSON with the pseudonym but without the number; rows.

    Raises DataError when nothing is known of it.
    """
    with dataset.locked():
        one = _known(dataset, number, "export-subject")
        ring, roster, settings = dataset.ring(), dataset.roster(), dataset.settings
        [names] = dataset.names(ring, [one])
        held = span(store)
        registers: dict[str, Any] = {}
        count = 0
        for (register, kind), name in zip(settings.registers.items(), names, strict=True):
            rows = store.rows([name], *held, superseded=True) if held else None
            count += len(rows) if rows else 0
            registers[register] = {
                "signal": name,
                "unit": unit_of(kind.quantity),
                "rows": [
                    {"time": iso(int(t)), "value": float(v), "status": int(s)}
                    for t, v, s in zip(rows.times, rows.values, rows.status, strict=True)
                ]
                if rows
                else [],
            }
        customer = roster.customers[one]
        content = {
            "dataset": dataset.name,
            "purpose": settings.purpose,
            "legal_basis": settings.legal_basis,
            "retention_s": settings.retention,
            "recipients": {n: r.model_dump() for n, r in settings.recipients.items()},
            "groups": dict(zip(settings.groups, customer.groups, strict=True)),
            "counted_in_aggregates": customer.block > 0,
            "registers": registers,
            # not the exports of other people
            "log": [
                row
                for row in dataset.log.rows()
                if row["outcome"] == "released" and row["action"] != "export-subject"
            ],
        }
        dataset.tell("export-subject", "released", recipient="subject", rows=count, customers=1)
        deliver(out, json.dumps(content, indent=1, ensure_ascii=False).encode())
    return count


def erase(dataset: Dataset, store: Store, number: bytes) -> Erased:
    """Remove one meter for good: rows, signals, roster; the block it was in is counted no more.

    Raises DataError when nothing is known of it, RunError when the log cannot be written.
    """
    with dataset.locked():
        one = _known(dataset, number, "erase")
        ring, salt = dataset.ring(), secrets.token_hex(32)
        told = {str(r["recipient"]) for r in dataset.log.rows()
                if r["action"] == "share" and r["outcome"] == "released"}  # fmt: skip
        keys = ring.epochs[ring.current]
        tell = {
            name: pseudonyms(keys[name], dataset.name, [one])[0]
            for name in sorted(told & set(keys))
        }
        signals = [n for epoch in ring.epochs for n in dataset.names(ring, [one], epoch)[0]]
        proof = commitment(dataset.name, number, salt)
        held = span(store)
        there = [s for s in signals if store.signals(s)]
        rows = len(store.rows(there, *held, superseded=True)) if held and there else 0
        begun = dataset.intent.begin(
            "erase", identity=one, signals=there, commitment=proof, rows=rows, salt=salt, tell=tell
        )
        return finish_erase(dataset, store, begun)


def finish_erase(dataset: Dataset, store: Store, begun: dict[str, Any]) -> Erased:
    """Carry out an erasure, from wherever it was stopped; the receipt."""
    if not any(row.get("nonce") == begun["nonce"] for row in dataset.log.rows()):
        dataset.tell("erase", "begun", nonce=begun["nonce"], commitment=begun["commitment"])
    there = [name for name in begun["signals"] if store.signals(name)]
    if there:
        store.erase(there)
    roster = dataset.roster()
    customer = roster.customers.get(begun["identity"])
    if customer and customer.block != WAITING:
        dataset.releases.raise_floor()
    if roster.remove(begun["identity"]):
        dataset.keep(roster)
    if not any(_finished(row, begun) for row in dataset.log.rows()):
        dataset.tell(
            "erase", "done", nonce=begun["nonce"], commitment=begun["commitment"],
            rows=begun["rows"], customers=1,
        )  # fmt: skip
    dataset.intent.done()
    return Erased(int(begun["rows"]), begun["commitment"], begun["salt"], begun["tell"])


def _finished(row: dict[str, object], begun: dict[str, Any]) -> bool:
    return row.get("nonce") == begun["nonce"] and row["outcome"] == "done"


def _known(dataset: Dataset, number: bytes, action: str) -> str:
    one = identity(dataset.ring().identity, dataset.name, number)
    if not number.strip() or one not in dataset.roster().customers:
        dataset.tell(action, "refused: nothing is held on this number")
        raise DataError([Problem("", f"{dataset.name}: nothing is held on this number")])
    return one
