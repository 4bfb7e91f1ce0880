"""Asking ENTSO-E; every failure becomes an error of ours, and none of them shows the token."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from adapters.sources.entsoe.answer import days_in
from adapters.sources.entsoe.days import PriceDay, begin_of
from rami.core.errors import (
    ConfigurationError,
    DataError,
    Problem,
    RamiError,
    UnreachableError,
)
from rami.core.wording import did_you_mean

#: zones with two auctions; the coupled one is the first
_FIRST_AUCTION = ("DE_LU", "AT")


def fetch(zone: str, days: list[date], token: str, timeout_s: float) -> list[PriceDay]:
    """Prices of consecutive days.

    Raises ConfigurationError (no package, no such zone, token refused), UnreachableError (no
    answer, too many requests), DataError (no prices, another currency, incomplete days).
    """
    try:
        import pandas
        from entsoe import EntsoeRawClient
        from entsoe.mappings import Area
    except ImportError as error:
        hint = "pip install 'rami-twins[entsoe]'"
        raise ConfigurationError([Problem("entsoe", "entsoe-py is missing", hint)]) from error
    if zone not in Area.__members__:
        hint = did_you_mean(zone, list(Area.__members__))
        raise ConfigurationError([Problem("entsoe", f"no bidding zone {zone!r}", hint)])
    client = EntsoeRawClient(token, retry_count=1, retry_delay=0, timeout=timeout_s)
    begin, end = begin_of(days[0]), begin_of(days[-1] + timedelta(days=1))
    with client.session, _translated(zone, days), _quiet():
        text = client.query_day_ahead_prices(
            zone,
            start=pandas.Timestamp(begin, tz="UTC"),
            end=pandas.Timestamp(end, tz="UTC"),
            sequence=1 if zone in _FIRST_AUCTION else None,
        )
    return days_in(text, days, zone, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


@contextmanager
def _translated(zone: str, days: list[date]) -> Iterator[None]:
    """Errors of requests and entsoe-py as ours; without cause, since theirs quote the token."""
    import requests
    from entsoe.exceptions import InvalidBusinessParameterError, NoMatchingDataError

    where, span = f"ENTSO-E {zone}", f"{days[0]} to {days[-1]}"
    problem: RamiError
    try:
        yield
        return
    except NoMatchingDataError:
        hint = "is the zone right for that period? DE_LU begins on 2018-10-01"
        problem = DataError([Problem(where, f"no prices from {span}", hint)])
    except InvalidBusinessParameterError:
        problem = DataError([Problem(where, f"no prices are offered from {span}")])
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        problem = _refused(where, status)
    except requests.Timeout:
        problem = UnreachableError(f"{where}: no answer in time; hint: try later or raise timeout")
    except requests.RequestException as error:
        kind = type(error).__name__
        problem = UnreachableError(f"{where}: no answer ({kind}); hint: is there a network?")
    raise problem from None


def _refused(where: str, status: int) -> RamiError:
    if status in (401, 403):
        hint = "request one from the transparency platform, or mend token_env or token_file"
        return ConfigurationError([Problem(where, "the token is refused", hint)])
    if status == 429:
        return UnreachableError(f"{where}: too many requests; hint: wait ten minutes")
    return UnreachableError(f"{where}: the platform answers with status {status}; try later")


@contextmanager
def _quiet() -> Iterator[None]:
    """No debug messages of the request: they hold the token."""
    loggers = [logging.getLogger(n) for n in ("entsoe.entsoe", "urllib3.connectionpool")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
