"""A trusted service in a thread: quick to ask, but nobody can end it."""

from __future__ import annotations

import threading
from time import monotonic

from rami.communication.service.contract import Inbox, Service
from services.platform.hosts.outcome import Failed, Ran, Recipe, Trouble, texts_of


class ThreadHost:
    """Implements `Host`. A run that is late goes on, unheard; until it ends there is no other."""

    def __init__(self, recipe: Recipe, deadline_s: float) -> None:
        self._recipe, self._deadline_s = recipe, deadline_s
        self._service: Service | None = None
        self._thread: threading.Thread | None = None
        self._box: list[Ran | Failed] = []
        self._begun_s = 0.0

    def begin(self, inbox: Inbox) -> None:
        """As in Host."""
        if self._thread is not None and self._thread.is_alive():
            self._box = [Failed(Trouble.LATE, "its last run is not over")]
            return
        box: list[Ran | Failed] = []  # a late run fills the box of its own
        self._box = box
        self._thread = threading.Thread(target=self._work, args=(inbox, box), daemon=True)
        self._begun_s = monotonic()
        self._thread.start()

    def outcome(self) -> Ran | Failed:
        """As in Host."""
        if not self._box:
            assert self._thread is not None
            self._thread.join(max(self._begun_s + self._deadline_s - monotonic(), 0.0))
        if not self._box:
            return Failed(Trouble.LATE, f"no answer within {self._deadline_s:g} s")
        return self._box[0]

    def close(self) -> None:
        """As in Host."""

    def _work(self, inbox: Inbox, box: list[Ran | Failed]) -> None:
        try:
            if self._service is None:
                self._service = self._recipe.make()
            box.append(Ran(tuple(texts_of(self._service, inbox))))
        except OverflowError as error:
            box.append(Failed(Trouble.FLOODING, str(error)))
        except Exception as error:  # noqa: BLE001 - one service's fault stays its own
            words = " ".join(f"{type(error).__name__}: {error}".split())[:500]
            box.append(Failed(Trouble.CRASHED, words))
