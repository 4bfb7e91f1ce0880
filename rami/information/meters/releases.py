"""Register of releases: which blocks were in which published cell, so that no later release,
to whomever, makes a smaller set or a customer's share computable."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from rami.core.errors import RunError
from rami.core.timegrid import TimeGrid, iso
from rami.information.meters.blocks import Block
from rami.information.meters.disclosure import NOWHERE, BlockSums, Flags, Places
from rami.information.meters.private_file import (
    opened_private,
    private_folder,
    read_private,
    write_private,
)


class Refused(RunError):
    """An access that the dataset's rules do not allow; it is in the access log."""


@dataclass(frozen=True)
class Released:
    """One table that left: `group` of each block (by number - 1; NOWHERE), which cells were
    `published` (groups, intervals), and the sums of its blocks as they were then."""

    register: str
    grid: TimeGrid
    group: Places
    published: Flags
    sums: BlockSums

    def settle(self, sums: BlockSums, grid: TimeGrid) -> Places:
        """Group of each block per interval of `grid`; what was told stays as it was told.

        A value that came late or was corrected would stand alone in the difference of two
        releases: `sums` are overwritten by those of then. Raises Refused when intervals overlap
        without being the same: coarse less fine would give cells that were held back.
        """
        mine, theirs = self._common(grid)
        places = np.full(sums.present.shape, NOWHERE, np.int64)
        told = np.zeros((len(self.group), len(mine)), np.bool_)
        member = self.group != NOWHERE
        told[member] = self.published[self.group[member]][:, mine]
        told &= self.sums.present[:, mine]
        row, column = np.nonzero(told)
        at, then = (row, theirs[column]), (row, mine[column])
        places[at] = self.group[row]
        sums.present[at] = True
        sums.total[at] = self.sums.total[then]
        sums.absolute[at] = self.sums.absolute[then]
        sums.largest[at] = self.sums.largest[then]
        return places

    def _common(self, grid: TimeGrid) -> tuple[Places, Places]:
        """Numbers of the intervals that both have, in this release and in `grid`."""
        if self.grid.step_ns != grid.step_ns or (self.grid.start_ns - grid.start_ns) % grid.step_ns:
            raise Refused(
                f"{self.register} was released in steps of {self.grid.step_s / 60:g} min from "
                f"{iso(self.grid.start_ns)} on; other intervals over the same time are refused: "
                f"sum up those that were released"
            )
        mine = np.arange(self.grid.count)
        theirs = mine + (self.grid.start_ns - grid.start_ns) // grid.step_ns
        inside = (theirs >= 0) & (theirs < grid.count)
        return mine[inside], theirs[inside]


class Register:
    """Blocks and releases of one dataset in a folder of their own; holds no pseudonyms."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def blocks(self) -> list[Block]:
        """All blocks ever formed, by number."""
        file = self.folder / "blocks.json"
        if not file.exists():
            return []
        kept = json.loads(read_private(file))
        return [
            Block(i, size, tuple(labels), *since)
            for i, (size, labels, *since) in enumerate(kept, 1)
        ]

    def keep_blocks(self, blocks: list[Block]) -> None:
        """Replace the list; old blocks never change."""
        kept = [(b.size, list(b.labels), b.since_ns) for b in blocks]
        write_private(self.folder / "blocks.json", json.dumps(kept).encode())

    def releases(self, register: str, grid: TimeGrid) -> list[Released]:
        """Tables of one register that meet a span, in the order they left."""
        files = map(self._file, self.numbers())
        return [one for file in files if (one := _read(file, register, grid)) is not None]

    def numbers(self) -> list[int]:
        """Of the tables that left."""
        if not self.folder.exists():
            return []
        private_folder(self.folder)
        return sorted(
            int(file.stem.partition("-")[2]) for file in self.folder.glob("release-*.npz")
        )

    def floor(self) -> int:
        """The instant before which nobody who comes anew is counted."""
        file = self.folder / "floor.json"
        return int(json.loads(read_private(file))) if file.exists() else 0

    def raise_floor(self) -> None:
        """Put it to the end of all that was told.

        Who is erased and comes again would be in two blocks of the same time, and their
        difference could be of fewer than k.
        """
        ends = [_grid(self._file(number)).end_ns for number in self.numbers()]
        if max(ends, default=0) > self.floor():
            write_private(self.folder / "floor.json", json.dumps(max(ends)).encode())

    def add(self, release: Released, dominance: float) -> int:
        """Keep a table before it leaves; its number.

        Of the largest customer of a block only a bound is kept: nobody's value stays here.
        """
        dominated = release.sums.largest > dominance * release.sums.absolute
        number = max(self.numbers(), default=0) + 1
        content = BytesIO()
        np.savez_compressed(
            content,
            register=np.array(release.register),
            grid=np.array([release.grid.start_ns, release.grid.step_ns, release.grid.count]),
            group=release.group,
            published=np.packbits(release.published, axis=1),
            sizes=release.sums.sizes,
            present=np.packbits(release.sums.present, axis=1),
            total=release.sums.total,
            absolute=release.sums.absolute,
            dominance=np.array(dominance),
            dominated=np.packbits(dominated, axis=1),
        )
        write_private(self._file(number), content.getvalue())
        return number

    def _file(self, number: int) -> Path:
        return self.folder / f"release-{number:06d}.npz"


def _read(file: Path, register: str, span: TimeGrid) -> Released | None:
    """A table; None when it is of another register or time."""
    # only the arrays that are asked for are read: of most tables just register and grid
    with opened_private(file) as source, np.load(source) as kept:
        grid = TimeGrid(*map(int, kept["grid"]))
        count = grid.count
        if str(kept["register"]) != register or not _meet(grid, span):
            return None

        def flags(name: str) -> Flags:
            return np.unpackbits(kept[name], axis=1, count=count).astype(np.bool_)

        absolute = kept["absolute"]
        bound = np.where(flags("dominated"), absolute, float(kept["dominance"]) * absolute)
        sums = BlockSums(kept["sizes"], flags("present"), kept["total"], absolute, bound)
        return Released(register, grid, kept["group"], flags("published"), sums)


def _grid(file: Path) -> TimeGrid:
    with opened_private(file) as source, np.load(source) as kept:
        return TimeGrid(*map(int, kept["grid"]))


def _meet(one: TimeGrid, other: TimeGrid) -> bool:
    return one.start_ns < other.end_ns and other.start_ns < one.end_ns
