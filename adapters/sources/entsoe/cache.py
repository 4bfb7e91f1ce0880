"""Answers kept by zone and day, so that a run can be repeated without network and token."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from adapters.sources.entsoe.days import PriceDay, count_of
from rami.core.errors import DataError, Problem


def read_day(folder: Path, zone: str, day: date) -> PriceDay | None:
    """A day from the cache; None when it is not there. Raises DataError for a damaged file."""
    file = _file(folder, zone, day)
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _damaged(file) from error
    try:
        prices = tuple(float(p) for p in kept["EUR_per_MWh"])
        found = PriceDay(
            day, int(kept["minutes"]), prices, str(kept["document"]), str(kept["retrieved"])
        )
        fits = kept["zone"] == zone and len(prices) == count_of(day, found.minutes)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise _damaged(file) from error
    if not fits:
        raise _damaged(file)
    return found


def keep_day(folder: Path, zone: str, kept: PriceDay) -> None:
    """Write a day; the file appears whole or not at all."""
    file = _file(folder, zone, kept.day)
    content = {
        "zone": zone,
        "day": kept.day.isoformat(),
        "minutes": kept.minutes,
        "document": kept.document,
        "retrieved": kept.retrieved,
        "EUR_per_MWh": list(kept.prices),
    }
    part = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(content) + "\n", encoding="utf-8")
        part.replace(file)
    except OSError as error:
        what = f"prices cannot be kept: {error.strerror}"
        raise DataError([Problem(str(file), what, "declare another cache folder")]) from error


def _file(folder: Path, zone: str, day: date) -> Path:
    return folder / zone / f"{day.isoformat()}.json"


def _damaged(file: Path) -> DataError:
    return DataError([Problem(str(file), "is no day of prices", "delete it; it is fetched again")])
