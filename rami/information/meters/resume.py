"""Finishing what was stopped half-way."""

from __future__ import annotations

from rami.core.historian import Store
from rami.information.meters.dataset import Dataset
from rami.information.meters.purge import finish_purge
from rami.information.meters.rotate import finish_rotate
from rami.information.meters.subject import finish_erase


def resume(dataset: Dataset, store: Store) -> str:
    """Finish a pending change; which it was, "" when there is none."""
    with dataset.locked(unfinished=True):
        begun = dataset.intent.pending()
        if begun is None:
            return ""
        action = str(begun["action"])
        if action == "erase":
            finish_erase(dataset, store, begun)
        elif action == "purge":
            finish_purge(dataset, store, begun)
        else:
            finish_rotate(dataset, store, begun)
        return action
