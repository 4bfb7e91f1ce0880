"""New keys for all recipients: what is held moves to new pseudonyms, the old keys end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rami.core.historian import Store
from rami.information.meters.dataset import Dataset, span
from rami.information.meters.keys import KeyRing
from rami.information.meters.pseudonym import pseudonyms, signals
from rami.information.meters.settings import HISTORIAN

Report = Callable[[str, float], None]

#: customers moved at once
_BATCH = 500


def rotate(
    dataset: Dataset,
    store: Store,
    *,
    keep_old: bool = False,
    report: Report = lambda _name, _share: None,
) -> int:
    """Move to the next epoch; its number.

    With `keep_old` the former keys stay, so that recipients' tables can be re-keyed
    (`rekeyed`), until the next rotation without it. Without them nothing links old pseudonyms to
    new ones. Corrected rows do not move along.
    """
    with dataset.locked():
        ring = dataset.ring()
        begun = dataset.intent.begin("rotate", old=ring.current, keep_old=keep_old)
        finish_rotate(dataset, store, begun, report)
        return ring.current + 1


def finish_rotate(
    dataset: Dataset,
    store: Store,
    begun: dict[str, Any],
    report: Report = lambda _name, _share: None,
) -> None:
    """Carry out a rotation, from wherever it was stopped."""
    ring = dataset.ring()
    old, new = int(begun["old"]), int(begun["old"]) + 1
    if new not in ring.epochs:
        ring.next_epoch()
        dataset.keys.write(ring)
    if ring.current == old:
        begun = {**begun, "rows": _copy(dataset, store, ring, old, report)}
        dataset.intent.note(begun)
        # everything is there twice now; from here on the new names hold
        ring.current = new
        dataset.keys.write(ring)
    customers = list(dataset.roster().customers)
    if old in ring.epochs:
        known = {signal.name for signal in store.signals(f"meters.{dataset.name}.*")}
        before = dataset.names(ring, customers, old)
        gone = [name for names in before for name in names if name in known]
        if gone:
            store.erase(gone)
    if not begun["keep_old"] and len(ring.epochs) > 1:
        ring.epochs = {new: ring.epochs[new]}
        dataset.keys.write(ring)
    if not any(row.get("nonce") == begun["nonce"] for row in dataset.log.rows()):
        dataset.tell(
            "rotate", "done", nonce=begun["nonce"], epoch=new, rows=begun["rows"],
            customers=len(customers), old_keys="kept" if begun["keep_old"] else "destroyed",
        )  # fmt: skip
    dataset.intent.done()


def _copy(dataset: Dataset, store: Store, ring: KeyRing, old: int, report: Report) -> int:
    """Every customer's rows under the next epoch's names too; rows."""
    customers = list(dataset.roster().customers)
    fresh = pseudonyms(ring.key(HISTORIAN, old + 1), dataset.name, customers)
    customers = [one for _, one in sorted(zip(fresh, customers, strict=True))]
    before, after = dataset.names(ring, customers, old), dataset.names(ring, customers, old + 1)
    known = {signal.name for signal in store.signals(f"meters.{dataset.name}.*")}
    held = span(store)
    copied = 0
    # in the order of the new names: the store's numbers of signals must not tell the old ones
    kinds = (signals(dataset.name, p, dataset.settings.registers) for p in sorted(fresh))
    store.declare(signal for kind in kinds for signal in kind)
    for first in range(0, len(customers), _BATCH):
        some = slice(first, first + _BATCH)
        was = [name for names in before[some] for name in names]
        will = [name for names in after[some] for name in names]
        pairs = [(b, a) for b, a in zip(was, will, strict=True) if b in known]
        if pairs and held:
            rows = store.rows([b for b, _ in pairs], *held)
            store.write(replace(rows, names=tuple(a for _, a in pairs)))
            copied += len(rows)
        report("rotate", min(1.0, (first + _BATCH) / len(customers)))
    return copied


def rekeyed(dataset: Dataset, recipient: str, old: list[str], epoch: int) -> list[str | None]:
    """A recipient's present pseudonyms for those of an epoch whose key still exists.

    None for who is not known (any more). Raises ConfigurationError when the key is destroyed.
    """
    ring = dataset.ring()
    customers = list(dataset.roster().customers)
    was = pseudonyms(ring.key(recipient, epoch), dataset.name, customers)
    now = pseudonyms(ring.key(recipient), dataset.name, customers)
    table = dict(zip(was, now, strict=True))
    return [table.get(one) for one in old]
