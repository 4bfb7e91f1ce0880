"""What a partner's files say at present: read once, checked, kept until newer ones come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from rami.core.errors import DataError
from rami.core.timegrid import NS, TimeGrid, iso
from rami.functional.flexibility import Envelope
from rami.functional.flexibility.bargain import EnvelopeSide, Side
from rami.functional.flexibility.steps import over
from services.partner_files.folder import LARGEST, PartnerFolder
from services.partner_files.table import PartnerTable

KINDS = ("forecast", "measurement", "flexibility")
#: a partner's clock may be this much ahead
_AHEAD_NS = 300 * NS
Read = Callable[[Path, str], PartnerTable]


class Desk:
    """`read(file, kind)` gives a file's table; `held` is the newest of each kind."""

    def __init__(self, folder: PartnerFolder, read: Read, tariff: float) -> None:
        self._folder, self._read, self._tariff = folder, read, tariff
        self.held: dict[str, PartnerTable] = {}
        for kind in KINDS:  # as it was when somebody looked last
            file = folder.newest_done(kind)
            if file is not None:
                try:
                    self.held[kind] = self._read(file, kind)
                except DataError:
                    continue

    def look(self, now_ns: int) -> tuple[set[str], list[str]]:
        """Kinds of which there is news, and what was refused with its reason."""
        news, refused = set(), []
        for file in self._folder.waiting():
            kind = next((k for k in KINDS if file.name.startswith(k)), "")
            try:
                table = self._table(file, kind)
                why = self._fault(kind, table, now_ns)
            except DataError as error:
                more = len(error.problems) - 1
                why = f"{error.problems[0]}" + (f" (and {more} more)" if more else "")
            if why:
                self._folder.refused(file, why)
                refused.append(f"{file.name}: {why}")
            else:
                self._folder.taken(file)
                self.held[kind] = table
                news.add(kind)
        return news, refused

    def fresh(self, kind: str, now_ns: int, older_than_s: float) -> PartnerTable | None:
        """The newest of a kind, while it is not too old."""
        table = self.held.get(kind)
        if table is None or now_ns - issue(table) > older_than_s * NS:
            return None
        return table

    def side(self, name: str, grid: TimeGrid, now_ns: int, older_than_s: float) -> Side | str:
        """What can be moved of a series over a grid, or why nothing."""
        told = self.fresh("forecast", now_ns, older_than_s)
        limits = self.fresh("flexibility", now_ns, older_than_s)
        if told is None or name not in told.series:
            return "there is no forecast of it that is new enough"
        least, most = f"{name}@least", f"{name}@most"
        if limits is None or least not in limits.series or most not in limits.series:
            return "there is no file that says how much it can move"
        for table in (told, limits):
            if table.grid.start_ns > grid.start_ns or table.grid.end_ns < grid.end_ns:
                return f"its files end at {iso(table.grid.end_ns)}"
        power = _means(told, name, grid)
        low = np.minimum(_means(limits, least, grid), power)
        high = np.maximum(_means(limits, most, grid), power)
        kept = float(power.sum()) * grid.step_s / 3600
        windows = ((0, grid.count, kept, kept),)
        return EnvelopeSide(Envelope(power, low, high, grid.step_s, windows), self._tariff)

    def _table(self, file: Path, kind: str) -> PartnerTable:
        if not kind:
            raise DataError(f"a name begins with {', '.join(KINDS)}")
        if file.stat().st_size > LARGEST:
            raise DataError(f"larger than {LARGEST >> 20} MiB")
        return self._read(file, kind)

    def _fault(self, kind: str, table: PartnerTable, now_ns: int) -> str:
        before = self.held.get(kind)
        if table.issued_ns is not None and table.issued_ns > now_ns + _AHEAD_NS:
            return f"it was issued in the future, at {iso(table.issued_ns)}"
        if before is not None and issue(table) < issue(before):
            return f"it is older than what was told before, issued at {iso(issue(before))}"
        if kind == "measurement":
            late = table.grid.end_ns > now_ns + _AHEAD_NS
            return f"it measures the future, up to {iso(table.grid.end_ns)}" if late else ""
        if table.grid.end_ns <= now_ns:
            return f"it is over since {iso(table.grid.end_ns)}"
        holes = [n for n, v in table.series.items() if not np.isfinite(v).all()]
        return f"{holes[0]} has empty cells" if holes else ""


def issue(table: PartnerTable) -> int:
    """When it was issued; of a file that does not say, when its time begins."""
    return table.grid.start_ns if table.issued_ns is None else table.issued_ns


def _means(table: PartnerTable, name: str, grid: TimeGrid) -> np.ndarray:
    length = table.grid.step_ns / 1e6
    return over(grid, table.grid.start_ns, [length] * table.grid.count, table.series[name].tolist())
