"""Days of prices from an answer (Publication_MarketDocument), parsed by entsoe-py."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from math import isfinite
from typing import Any
from xml.etree import ElementTree

from adapters.sources.entsoe.days import PriceDay, begin_of, count_of
from rami.core.errors import DataError, Problem
from rami.core.timegrid import iso

#: resolution of the coupled auction from this day on, before it, and where neither is given
_QUARTERS_FROM = date(2025, 10, 1)
_NUMBER = re.compile(r"\s*[-+]?\d+(\.\d+)?\s*$")
_MINUTES = {"15min": 15, "30min": 30, "60min": 60}


def days_in(text: str, days: list[date], zone: str, retrieved: str) -> list[PriceDay]:
    """The asked days. Raises DataError: another currency or unit, days that are not complete,
    two prices for one instant."""
    document = _checked(text, zone)
    with _readable(zone):
        series = _parsed(text)
    problems: list[Problem] = []
    found = []
    for day in days:
        day_or_problem = _day(series, day, document, retrieved, zone)
        if isinstance(day_or_problem, Problem):
            problems.append(day_or_problem)
        else:
            found.append(day_or_problem)
    if problems:
        raise DataError(problems)
    return found


def _day(
    series: dict[str, dict[int, float]], day: date, document: str, retrieved: str, zone: str
) -> PriceDay | Problem:
    first, after = begin_of(day), begin_of(day + timedelta(days=1))
    order = ["15min", "60min", "30min"] if day >= _QUARTERS_FROM else ["60min", "15min", "30min"]
    held = 0
    for name in order:
        minutes = _MINUTES[name]
        step = minutes * 60 * 10**9
        prices = [series[name].get(t) for t in range(first, after, step)]
        known = [p for p in prices if p is not None and isfinite(p)]
        if len(known) == count_of(day, minutes):
            return PriceDay(day, minutes, tuple(known), document, retrieved)
        held = max(held, len(known))
    if held:
        what = f"{day}: the answer has {held} prices of the day, not all of them"
        return Problem(f"ENTSO-E {zone}", what, "ask again later; nothing is filled in")
    hint = "prices come out at about 12:45 the day before"
    return Problem(f"ENTSO-E {zone}", f"{day}: the answer has no prices", hint)


def _checked(text: str, zone: str) -> str:
    """Name of the document, once currency and unit are what they should be."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        what = f"the answer is no XML: {error}"
        raise DataError([Problem(f"ENTSO-E {zone}", what, "ask again later")]) from error
    for tag, wanted in (("currency_Unit.name", "EUR"), ("price_Measure_Unit.name", "MWH")):
        given = sorted({(e.text or "").strip() for e in root.iter(_any(root, tag))})
        if given and given != [wanted]:
            what = f"{tag} is {', '.join(given)}, wanted {wanted}"
            hint = "choose a zone that is published in EUR/MWh"
            raise DataError([Problem(f"ENTSO-E {zone}", what, hint)])
    for price in root.iter(_any(root, "price.amount")):
        if not _NUMBER.match(price.text or ""):  # the parser takes 1,5 for 15
            what = f"a price is {price.text!r}, no number"
            raise DataError([Problem(f"ENTSO-E {zone}", what, "ask again later")])
    name = root.find(_any(root, "mRID"))
    revision = root.find(_any(root, "revisionNumber"))
    label = (name.text or "").strip() if name is not None else "without name"
    return label + (f" rev. {revision.text}" if revision is not None else "")


@contextmanager
def _readable(zone: str) -> Iterator[None]:
    """DataError where the parser does not understand an answer."""
    try:
        yield
    except (ValueError, NotImplementedError, AttributeError, KeyError, TypeError) as error:
        what = f"the answer cannot be read: {str(error).partition('. ')[0]}"
        raise DataError([Problem(f"ENTSO-E {zone}", what, "ask again later")]) from error


def _any(root: ElementTree.Element, tag: str) -> str:
    """A tag in the namespace of the document."""
    space = root.tag.partition("}")[0]
    return f"{space}}}{tag}" if root.tag.startswith("{") else tag


def _parsed(text: str) -> dict[str, dict[int, float]]:
    """Prices by resolution and UTC ns; missing positions of an A03 curve repeat the last value."""
    from entsoe.parsers import parse_prices

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas and bs4, about how entsoe-py uses them
        parsed: dict[str, Any] = parse_prices(text)
    found: dict[str, dict[int, float]] = {}
    for name in _MINUTES:
        some = parsed[name]
        prices: dict[int, float] = {}
        for time, price in zip(some.index, some.astype(float).tolist(), strict=True):
            stamp = int(time.timestamp()) * 10**9
            if isfinite(price) and prices.setdefault(stamp, price) != price:
                raise ValueError(f"two prices for {iso(stamp)}, {prices[stamp]:g} and {price:g}")
        found[name] = prices
    return found
