"""Files of rows read back: those written by `written`, and Parquet of others as CSV text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from adapters.stores.duckdb.failures import exchanged
from rami.core import units
from rami.core.errors import DataError, Problem
from rami.core.signal import Rows, Signal
from rami.core.wording import did_you_mean

#: the columns by which an exported file is known
LONG = ("time_utc", "signal", "quantity", "unit", "register", "value", "status")
_LISTED = 10

_READ = """
SELECT row_number() OVER () AS line, time_utc AS written, value AS number, status AS grade,
    epoch_ns(try_cast(time_utc AS TIMESTAMP_NS)) AS ns,
    try_cast(nullif(value, '') AS DOUBLE) AS value, try_cast(status AS UINTEGER) AS status,
    signal, quantity, unit, lower(register) AS register
FROM {rows}"""


def is_parquet(path: Path) -> bool:
    """By its first bytes. DataError where the file cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError as error:
        raise DataError([Problem(str(path), error.strerror or str(error))]) from None


def read_long(path: Path) -> tuple[tuple[Signal, ...], Rows] | None:
    """Signals and rows of an exported file; None for a file of another shape.

    DataError with the rows that do not read.
    """
    parquet = is_parquet(path)
    with exchanged(path), _readable(path), duckdb.connect() as database:
        source = _source(path, parquet)
        if parquet:
            found = [row[0] for row in database.execute(f"DESCRIBE FROM {source}").fetchall()]
            if tuple(found) != LONG:
                return None
            casts = ", ".join(f"CAST({c} AS VARCHAR) AS {c}" for c in LONG)
            source = f"(SELECT {casts} FROM {source})"
        elif _first_line(path) != ",".join(LONG):
            return None
        database.execute(f"CREATE TABLE rows AS {_READ.format(rows=source)}")
        problems = _faults(database, str(path), 0 if parquet else 1)
        if problems:
            raise DataError(problems)
        return _rows(database)


def as_csv(path: Path, target: Path) -> None:
    """A Parquet file of any shape as CSV; instants with their zone, or as they stand."""
    with exchanged(path), _readable(path), duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        described = database.execute(f"DESCRIBE FROM {_source(path, True)}").fetchall()
        columns = []
        for name, kind, *_ in described:
            quoted = '"' + name.replace('"', '""') + '"'
            if kind == "TIMESTAMP WITH TIME ZONE":
                zoned = f"strftime({quoted}, '%Y-%m-%dT%H:%M:%S.%fZ') AS {quoted}"
                columns.append(zoned)
            elif kind.startswith("TIMESTAMP"):
                columns.append(f"strftime({quoted}, '%Y-%m-%dT%H:%M:%S.%f') AS {quoted}")
            else:
                columns.append(quoted)
        database.execute(
            f"COPY (SELECT {', '.join(columns)} FROM {_source(path, True)}) "
            f"TO {_text(str(target))} (FORMAT csv, HEADER)"
        )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """DataError where the file is not what its first bytes promise."""
    try:
        yield
    except (duckdb.InvalidInputException, duckdb.NotImplementedException) as error:
        lines = [part.strip() for part in str(error).splitlines() if part.strip()]
        what = f"cannot be read: {'; '.join(lines[:3])}"
        raise DataError([Problem(str(path), what)]) from None


def _source(path: Path, parquet: bool) -> str:
    if parquet:
        return f"read_parquet({_text(str(path))})"
    types = ", ".join(f"'{c}': 'VARCHAR'" for c in LONG)
    return (
        f"read_csv({_text(str(path))}, delim = ',', header = true, auto_detect = false, "
        f"quote = '\"', escape = '\"', columns = {{{types}}}, nullstr = '<none>')"
    )


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.readline().rstrip("\r\n")
    except OSError as error:
        raise DataError([Problem(str(path), error.strerror or str(error))]) from None


def _faults(database: duckdb.DuckDBPyConnection, file: str, before: int) -> list[Problem]:
    problems = []
    for sort, condition, column, hint in (
        ("no instant in UTC", "ns IS NULL", "written", "e.g. 2019-01-14T00:00:00Z"),
        ("no number", "value IS NULL AND coalesce(number, '') <> ''", "number", "e.g. 12.5"),
        ("no status", "status IS NULL", "grade", "0 is good"),
        ("no signal", "coalesce(signal, '') = ''", "signal", ""),
    ):
        found = database.execute(
            f"SELECT line, {column} FROM rows WHERE {condition} ORDER BY line LIMIT {_LISTED}"
        ).fetchall()
        for line, text in found:
            problems.append(Problem(f"{file}:{line + before}", f"{sort}: {text!r}", hint))
        if len(found) == _LISTED:
            count = database.execute(f"SELECT count(*) FROM rows WHERE {condition}").fetchone()
            more = count[0] - _LISTED if count else 0
            if more:
                problems.append(Problem(file, f"{sort}: {more} more"))
    return problems + _unit_faults(database, file, before)


def _unit_faults(database: duckdb.DuckDBPyConnection, file: str, before: int) -> list[Problem]:
    problems = []
    kinds = database.execute(
        "SELECT signal, quantity, unit, register, min(line) FROM rows GROUP BY ALL ORDER BY 5"
    ).fetchall()
    earlier: dict[str, tuple[str, str, str]] = {}
    for signal, quantity, unit, register, line in kinds:
        where = f"{file}:{line + before}"
        first = earlier.setdefault(signal, (quantity, unit, register))
        if first != (quantity, unit, register):
            problems.append(
                Problem(where, f"{signal}: {quantity} in {unit}, above {first[0]} in {first[1]}")
            )
        elif quantity not in units.CANONICAL:
            hint = did_you_mean(quantity or "", units.CANONICAL)
            problems.append(Problem(where, f"{signal}: no quantity {quantity!r}", hint))
        elif unit not in units.allowed(quantity):
            hint = did_you_mean(unit or "", units.allowed(quantity))
            problems.append(Problem(where, f"{signal}: unit {unit!r} of {quantity}", hint))
        elif register not in ("true", "false"):
            problems.append(Problem(where, f"{signal}: register {register!r}", "true or false"))
    return problems


def _rows(database: duckdb.DuckDBPyConnection) -> tuple[tuple[Signal, ...], Rows]:
    listed = database.execute(
        "SELECT signal, any_value(quantity), any_value(unit), any_value(register) "
        "FROM rows GROUP BY signal ORDER BY min(line)"
    ).fetchall()
    signals = tuple(Signal(s, q, register == "true") for s, q, _, register in listed)
    named = {  # noqa: F841 - found by its name
        "signal": np.array([s.name for s in signals], object),
        "place": np.arange(len(signals), dtype=np.int32),
    }
    columns: dict[str, NDArray[Any]] = database.execute(
        "SELECT named.place, ns, coalesce(value, 'nan'::DOUBLE) AS value, status "
        "FROM rows JOIN named USING (signal) ORDER BY line"
    ).fetchnumpy()
    factor = np.array(
        [units.convert(1.0, u, q) - units.convert(0.0, u, q) for _, q, u, _ in listed]
    )
    offset = np.array([units.convert(0.0, u, q) for _, q, u, _ in listed])
    places = np.asarray(columns["place"], np.int32)
    values = np.asarray(columns["value"], np.float64)
    converted = values * factor[places] + offset[places] if len(listed) else values
    return signals, Rows(
        tuple(s.name for s in signals),
        places,
        np.asarray(columns["ns"], np.int64),
        converted,
        np.asarray(columns["status"], np.uint32),
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
