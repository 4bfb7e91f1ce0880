"""Finishing what was stopped half-way."""

from __future__ import annotations

from dataclasses import dataclass

from rami.core.historian import Store
from rami.information.meters.dataset import Dataset
from rami.information.meters.purge import finish_purge
from rami.information.meters.rotate import finish_rotate
from rami.information.meters.subject import Erased, finish_erase


@dataclass(frozen=True)
class Finished:
    """Which change it was, "" when there was none; an erasure's receipt, which nobody has yet."""

    action: str = ""
    receipt: Erased | None = None


def resume(dataset: Dataset, store: Store) -> Finished:
    """Finish a pending change."""
    with dataset.locked(unfinished=True):
        begun = dataset.intent.pending()
        if begun is None:
            return Finished()
        action = str(begun["action"])
        if action == "erase":
            return Finished(action, finish_erase(dataset, store, begun))
        if action == "purge":
            finish_purge(dataset, store, begun)
        else:
            finish_rotate(dataset, store, begun)
        return Finished(action)
