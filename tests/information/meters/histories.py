"""Drawn histories of a dataset: customers come, move, are erased and come again, readings are
late, corrected or purged, recipients ask for this and that; and an attacker who has it all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from rami.core.errors import RunError
from rami.core.timegrid import NS, TimeGrid
from rami.information.meters.aggregate import aggregate
from rami.information.meters.dataset import Dataset
from rami.information.meters.ingest import ingest
from rami.information.meters.keys import KeyRing
from rami.information.meters.pseudonym import identity
from rami.information.meters.purge import purge
from rami.information.meters.releases import Refused
from rami.information.meters.rotate import rotate
from rami.information.meters.settings import MeterDataset
from rami.information.meters.subject import erase
from tests.information.meters.conftest import SETTINGS, T0
from tests.information.meters.memory import MemoryStore

HOURS = 6
K, SHARE = 5, 0.8
_HOUR = 3600 * NS
_EVER = TimeGrid(T0, _HOUR, HOURS)

Told = dict[int, dict[str, float]]


@dataclass
class History:
    """One dataset and all that was ever told of it.

    `blocks` holds the numbers in each block, `told[hour][block]` what each customer had when the
    block was told first, `cells[hour]` the sets of blocks that were told as one sum.
    """

    folder: Path
    draw: np.random.Generator
    store: MemoryStore = field(default_factory=MemoryStore)
    groups: dict[str, tuple[str, str]] = field(default_factory=dict)
    values: dict[tuple[str, int], float] = field(default_factory=dict)
    blocks: dict[int, list[str]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=lambda: [{} for _ in range(HOURS)])
    cells: list[set[frozenset[int]]] = field(default_factory=lambda: [set() for _ in range(HOURS)])
    erased: list[str] = field(default_factory=list)
    released: int = 0

    def __post_init__(self) -> None:
        settings = MeterDataset.model_validate(
            {**SETTINGS, "retention": "1 d", "keep": {"by": "branch"}}
        )
        self.dataset = Dataset("customers", settings, self.folder, "anna", lambda: T0)
        self.dataset.keys.write(KeyRing.fresh(self.dataset.recipients))

    def run(self, events: int) -> None:
        """Draw events, releases half of the time."""
        self.arrive()
        others: tuple[Callable[[], None], ...] = (
            self.arrive, self.correct, self.move, self.remove, self.return_again, self.turn,
            self.forget,
        )  # fmt: skip
        for _ in range(events):
            others[
                self.draw.integers(len(others))
            ]() if self.draw.random() < 0.5 else self.release()
        self.release()

    def arrive(self) -> None:
        """New customers, some without some readings."""
        for _ in range(int(self.draw.integers(3, 25))):
            number = str(70000000 + int(self.draw.integers(10**6)))
            self.groups[number] = (f"b{self.draw.integers(3)}", f"t{self.draw.integers(2)}")
            for hour in range(HOURS):
                if self.draw.random() < 0.97:
                    self.values[number, hour] = self._value()
        self._take()

    def correct(self) -> None:
        """Readings that came late or are corrected."""
        for number in self._some(4):
            self.values[number, int(self.draw.integers(HOURS))] = self._value()
        self._take()

    def move(self) -> None:
        """Customers change groups."""
        for number in self._some(2):
            self.groups[number] = (f"b{self.draw.integers(3)}", f"t{self.draw.integers(2)}")
        self._take()

    def remove(self) -> None:
        """Some are erased, mostly those of one block."""
        block = self._some(1)
        several = next((b for b in self.blocks.values() if set(block) & set(b)), block)
        for number in several[: int(self.draw.integers(1, 6))]:
            if number in self.groups:
                erase(self.dataset, self.store, number.encode())
                del self.groups[number]
                self.erased.append(number)

    def return_again(self) -> None:
        """Erased customers come in once more, with all their readings."""
        for number in self.erased:
            self.groups[number] = ("b0", "t0")
        self.erased.clear()
        self._take()

    def turn(self) -> None:
        """New keys."""
        rotate(self.dataset, self.store)

    def forget(self) -> None:
        """Some hours are purged, their aggregates kept: these are releases too."""
        hour = int(self.draw.integers(1, 3))
        before = self._counted()
        later = replace(self.dataset, now=lambda: T0 + (24 + hour) * _HOUR)
        purge(later, self.store)
        self._note(before)

    def release(self) -> None:
        """Somebody asks for something."""
        by = str(self.draw.choice(["branch", "building", "all"]))
        start = int(self.draw.integers(HOURS))
        grid = TimeGrid(T0 + start * _HOUR, _HOUR, int(self.draw.integers(1, HOURS - start + 1)))
        before = self._counted()
        with suppress(Refused):
            aggregate(self.dataset, self.store, "city", by, "energy", grid, self.folder / "out.csv")
        self._note(before)

    def attack(self) -> None:
        """Any combination of sums weighs customers with like columns alike: those are `atoms`.

        Fails when an atom has fewer than k customers, is dominated by one, or is zero throughout.
        """
        for told, cells in zip(self.told, self.cells, strict=True):
            people: dict[str, list[int]] = {}
            for place, cell in enumerate(sorted(cells, key=sorted)):
                for number in (n for block in cell for n in self.blocks[block]):
                    people.setdefault(number, []).append(place)
            atoms: dict[tuple[int, ...], list[str]] = {}
            for number, column in people.items():
                atoms.setdefault(tuple(column), []).append(number)
            known = {n: value for block in told.values() for n, value in block.items()}
            for alike in atoms.values():
                assert len(alike) >= K, "fewer than k can be told apart"
                total = sum(known[n] for n in alike)
                assert total > 0, "of some it is known that there was nothing"
                assert max(known[n] for n in alike) <= SHARE * total * (1 + 1e-9), "one dominates"

    def _value(self) -> float:
        drawn = self.draw.random()
        return 0.0 if drawn < 0.3 else 50.0 if drawn > 0.96 else float(drawn)

    def _some(self, count: int) -> list[str]:
        known = sorted(self.groups)
        return (
            [str(n) for n in self.draw.choice(known, min(count, len(known)), replace=False)]
            if (known)
            else []
        )

    def _take(self) -> None:
        lines = [f"{n};2019-01-14T{h:02d}:00;{v};1" for (n, h), v in self.values.items()
                 if n in self.groups]  # fmt: skip
        readings, customers = self.folder / "r.csv", self.folder / "c.csv"
        readings.write_text("\n".join(["meter_id;time;energy;volume", *lines, ""]))
        rows = [f"{n};{a};{b}" for n, (a, b) in self.groups.items()]
        customers.write_text("\n".join(["meter_id;branch;building", *rows, ""]))
        ingest(self.dataset, self.store, [readings], customers=customers)

    def _counted(self) -> int:
        return len(self.dataset.releases.releases("energy", _EVER))

    def _note(self, before: int) -> None:
        """What the releases since then told; who is in a block never changes."""
        key, roster = self.dataset.ring().identity, self.dataset.roster()
        for number in self.groups:
            customer = roster.customers.get(identity(key, "customers", number.encode()))
            if customer and customer.block > 0:
                members = self.blocks.setdefault(customer.block, [])
                if number not in members:
                    members.append(number)
        for release in self.dataset.releases.releases("energy", _EVER)[before:]:
            self.released += 1
            first = (release.grid.start_ns - T0) // _HOUR
            for group, t in np.argwhere(release.published):
                inside = (release.group == group) & release.sums.present[:, t]
                hour, cell = int(first + t), frozenset((np.flatnonzero(inside) + 1).tolist())
                self.cells[hour].add(cell)
                for block in cell:
                    now = {n: self.values.get((n, hour), 0.0) for n in self.blocks[block]}
                    self.told[hour].setdefault(block, now)


def drawn(folder: Path, seed: int, events: int = 10) -> int:
    """Run and attack one history; how many tables were released in it."""
    folder.mkdir()
    history = History(folder, np.random.default_rng(seed))
    try:
        history.run(events)
    except RunError as error:
        raise AssertionError(str(error)) from error
    history.attack()
    return history.released
