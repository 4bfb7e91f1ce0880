"""Days of delivery: they begin at midnight in Brussels, and have 23, 24 or 25 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rami.core.timegrid import TimeGrid, instant, moment

#: zone of the single day-ahead coupling, whatever the bidding zone
MARKET = ZoneInfo("Europe/Brussels")


@dataclass(frozen=True)
class PriceDay:
    """Prices of one day of delivery in EUR/MWh, one per `minutes`, and where they came from."""

    day: date
    minutes: int
    prices: tuple[float, ...]
    document: str
    retrieved: str

    @property
    def grid(self) -> TimeGrid:
        """The day's intervals."""
        return TimeGrid(begin_of(self.day), self.minutes * 60 * 10**9, len(self.prices))


def begin_of(day: date) -> int:
    """Midnight that begins a day of delivery, UTC ns."""
    return instant(datetime.combine(day, time(), MARKET))


def count_of(day: date, minutes: int) -> int:
    """How many intervals a day has: 23, 24 or 25 hours of them."""
    return (begin_of(day + timedelta(days=1)) - begin_of(day)) // (minutes * 60 * 10**9)


def published_ns(day: date, at: time) -> int:
    """When the prices of a day become known: the day before at local time `at`."""
    return instant(datetime.combine(day - timedelta(days=1), at, MARKET))


def days_of(grid: TimeGrid) -> list[date]:
    """Days of delivery that a grid touches."""
    first = moment(grid.start_ns).astimezone(MARKET).date()
    last = moment(max(grid.end_ns - 1, grid.start_ns)).astimezone(MARKET).date()
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def blocks(days: list[date], longest: int = 31) -> list[list[date]]:
    """Runs of consecutive days, each of at most `longest`."""
    found: list[list[date]] = []
    for day in days:
        if found and day - found[-1][-1] == timedelta(days=1) and len(found[-1]) < longest:
            found[-1].append(day)
        else:
            found.append([day])
    return found
