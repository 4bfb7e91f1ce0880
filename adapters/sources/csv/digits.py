"""Numbers and time stamps of a whole column at once, exactly as one by one.

Only cells of the commonest forms are taken: up to 15 digits with a decimal sign. Their digits
make an integer below 2**53, and its quotient by a power of ten up to 10**15 is correctly rounded
(Clinger 1990), hence equal to `float(cell)`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adapters.sources.csv.plain import Bytes

_ZERO, _NINE, _SPACE, _MINUS, _PLUS = 48, 57, 32, 45, 43
_DIGITS = 15


def numbers(cells: Bytes, decimal: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(values, taken) of cells (rows, width): values where `taken`, 0 elsewhere."""
    count = len(cells)
    mantissa = np.zeros(count, np.int64)
    digits = np.zeros(count, np.int8)
    behind = np.zeros(count, np.int8)
    pointed = np.zeros(count, bool)
    minus = np.zeros(count, bool)
    begun = np.zeros(count, bool)
    ended = np.zeros(count, bool)
    taken = np.ones(count, bool)
    point = ord(decimal)
    for column in np.ascontiguousarray(cells.T):
        is_digit = (column >= _ZERO) & (column <= _NINE)
        is_point = column == point
        is_space = column == _SPACE
        is_sign = (column == _MINUS) | (column == _PLUS)
        taken &= is_digit | (is_point & ~pointed) | is_space | (is_sign & ~begun)
        taken &= is_space | ~ended
        ended |= is_space & begun
        use = is_digit & (digits < _DIGITS)
        taken &= use | ~is_digit
        mantissa[use] = mantissa[use] * 10 + (column[use] - _ZERO)
        digits += use
        behind += use & pointed
        pointed |= is_point
        minus |= column == _MINUS
        begun |= ~is_space
    taken &= digits > 0
    values = mantissa / 10.0 ** behind.astype(np.float64)
    np.negative(values, out=values, where=minus)
    return np.where(taken, values, 0.0), taken


def local_seconds(cells: Bytes) -> tuple[NDArray[np.int64], NDArray[np.int64] | None] | None:
    """Seconds since 1970 as written, and the offset in seconds if the stamps carry one.

    Of columns in which every stamp has the same form, `2019-12-31T23:45[:00][Z|+01:00]` or
    `31.12.2019 23:45[:00]`, and is a possible date and time; else None.
    """
    while cells.shape[1] and bool((cells[:, -1] == _SPACE).all()):
        cells = cells[:, :-1]
    width = cells.shape[1]
    form = "".join("d" if _ZERO <= b <= _NINE else chr(b) for b in cells[0]) if len(cells) else ""
    offset: NDArray[np.int64] | None = None
    body = form
    if form.endswith("Z"):
        body, offset = form[:-1], np.zeros(len(cells), np.int64)
    elif form[-6:] in ("+dd:dd", "-dd:dd"):
        body = form[:-6]
    date, time = body[:10], body[10:]
    if time[:1] not in (" ", "T") or time[1:] not in ("dd:dd", "dd:dd:dd"):
        return None
    if date not in ("dddd-dd-dd", "dd.dd.dddd") or not _same_form(cells, form):
        return None
    iso = date[4] == "-"
    if not iso and (offset is not None or len(body) != len(form)):
        return None
    year, month, day = (_int(cells, *p) for p in (_ISO if iso else _DOTTED))
    hour, minute = _int(cells, 11, 13), _int(cells, 14, 16)
    second = _int(cells, 17, 19) if len(time) == 9 else np.zeros(len(cells), np.int64)
    possible = (hour < 24) & (minute < 60) & (second < 60) & (year > 0)
    days = _days(year, month, day)
    if days is None or not bool(possible.all()):
        return None
    if offset is None and len(body) != len(form):
        hours, minutes = _int(cells, width - 5, width - 3), _int(cells, width - 2, width)
        if not bool(((hours < 24) & (minutes < 60)).all()):
            return None
        offset = (hours * 3600 + minutes * 60) * np.where(cells[:, -6] == _MINUS, -1, 1)
    return days * 86400 + hour * 3600 + minute * 60 + second, offset


_ISO = ((0, 4), (5, 7), (8, 10))
_DOTTED = ((6, 10), (3, 5), (0, 2))


def _same_form(cells: Bytes, form: str) -> bool:
    for column, sign in zip(np.ascontiguousarray(cells.T), form, strict=True):
        digit = (column >= _ZERO) & (column <= _NINE)
        same = digit if sign == "d" else column == ord(sign)
        if not bool(same.all()):
            return False
    return True


def _int(cells: Bytes, first: int, end: int) -> NDArray[np.int64]:
    value = np.zeros(len(cells), np.int64)
    for place in range(first, end):
        value = value * 10 + (cells[:, place].astype(np.int64) - _ZERO)
    return value


def _days(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """Days since 1970-01-01; None when one is no date."""
    if not bool(((month >= 1) & (month <= 12) & (day >= 1)).all()):
        return None
    months = (year - 1970) * 12 + month - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    days = first + day - 1
    return days if bool((days < after).all()) else None
