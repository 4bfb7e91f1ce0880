"""A site's historian: the store it declares, files in and out of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal, Protocol

from rami.core.errors import ConfigurationError, DataError, Problem, UnreachableError

if TYPE_CHECKING:
    from rami.core.frame import Frame
    from rami.core.historian import Store
    from rami.core.signal import Rows, Signal
    from rami.information.historian.beside import StoreBeside
    from rami.information.historian.settings import HistorianConfiguration
    from rami.information.historian.writer import StoreWriter
    from services.utility.loading import Utility
    from twins.site.site import Site

    Served = Site | Utility

Format = Literal["csv", "parquet", "json"]
_WANTED = "declare one, e.g. `historian: {kind: duckdb, folder: history}`"


class RowFile(Protocol):
    """Takes rows in the order in which a file shall have them."""

    count: int

    def add(self, rows: Rows) -> None:
        """Further rows."""


def has_store(site: Site) -> bool:
    """Whether the site declares a historian."""
    return site.declaration.historian is not None


def open_store(site: Served, *, read_only: bool = False, folder: Path | None = None) -> Store:
    """The store that the site declares, or an embedded one in `folder`; close it.

    ConfigurationError without section `historian`, UnreachableError, DataError.
    """
    if folder is not None:
        from adapters.stores.duckdb.configuration import DuckdbConfiguration

        return DuckdbConfiguration(folder=folder.absolute()).open(folder, read_only=read_only)
    return _declared(site).open(site.folder, read_only=read_only)


def open_historian(site: Site, *, waits: bool = False) -> StoreWriter:
    """The site's store behind a writer thread, for a running loop; close it, or use `with`.

    The store is kept by a process of its own unless the site says otherwise. With `waits` the
    loop waits where the queue is full, whatever the site says. Raises as `open_store`.
    """
    from rami.information.historian.apart import StoreApart
    from rami.information.historian.beside import open_shared
    from rami.information.historian.writer import StoreWriter

    declared = _declared(site)
    opening = partial(open_shared, partial(declared.open, site.folder), _readers(site))
    store = StoreApart(opening) if declared.own_process else opening()
    when_full = "wait" if waits else declared.when_full
    return StoreWriter(store, queue=declared.queue, when_full=when_full)


def open_past(site: Site) -> Store | StoreBeside:
    """The site's store to be read, also while a running loop of this machine writes it; close it.

    Raises as `open_store`.
    """
    from rami.information.historian.beside import StoreBeside

    try:
        return StoreBeside(_readers(site))
    except UnreachableError:
        return open_store(site, read_only=True)


def _readers(site: Site) -> Path:
    """Where a loop that runs lets others read its store."""
    return site.folder / f".{site.name}.historian.sock"


def _declared(site: Served) -> HistorianConfiguration:
    declared = site.declaration.historian
    if declared is None:
        what = "the site keeps no history: section 'historian' is missing"
        raise ConfigurationError([Problem(str(site.file), what, _WANTED)])
    return declared


def long_file(
    path: Path, kind: Format, signals: Sequence[Signal]
) -> AbstractContextManager[RowFile]:
    """A file of one row per value; whole when the context ends. RunError."""
    from adapters.stores.duckdb.exchange.written import long_file as opened

    return opened(path, kind, signals)


def wide_file(path: Path, kind: Format, frame: Frame) -> None:
    """A file of one row per interval. RunError."""
    from adapters.stores.duckdb.exchange.written import write_wide

    write_wide(path, kind, frame)


def read_file(
    path: Path, form: dict[str, Any], left: list[str] | None = None, *, unknown: bool = False
) -> tuple[tuple[Signal, ...], Rows]:
    """Signals and rows of an exported file, or of CSV or Parquet in the shapes people have.

    `form` are the options of a file of the source `csv`. Columns of numbers without a unit are
    taken with `unknown`; those left out are added to `left`. DataError with every problem.
    """
    from adapters.stores.duckdb.exchange.read import as_csv, is_parquet, read_long

    exported = None if form else read_long(path)
    if exported is not None:
        return exported
    if not is_parquet(path):
        return _read_csv(path, form, left, unknown)
    with TemporaryDirectory() as folder:
        text = Path(folder) / f"{path.stem}.csv"
        as_csv(path, text)
        try:
            return _read_csv(text, form, left, unknown)
        except DataError as error:
            raise DataError([_renamed(p, str(text), str(path)) for p in error.problems]) from None


def _read_csv(
    path: Path, form: dict[str, Any], left: list[str] | None, unknown: bool
) -> tuple[tuple[Signal, ...], Rows]:
    from pydantic import ValidationError

    from adapters.sources.csv.configuration import CsvFile
    from adapters.sources.csv.rows import file_rows

    try:
        declared = CsvFile.model_validate({**_recognised(path), **form, "file": path.name})
    except ValidationError as error:
        raise ConfigurationError(
            Problem(f"--form: {'.'.join(map(str, e['loc']))}", e["msg"]) for e in error.errors()
        ) from None
    return file_rows(declared, path.parent, left, unknown=unknown)


def _recognised(path: Path) -> dict[str, Any]:
    """A long file is known by its columns `signal` and `value`."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            header = file.readline().strip()
    except OSError as error:
        raise DataError([Problem(str(path), error.strerror or str(error))]) from None
    separator = next((s for s in (";", "\t") if s in header), ",")
    titles = [t.strip().strip('"') for t in header.split(separator)]
    if not {"signal", "value"} <= {*titles}:
        return {}
    named = {key: key for key in ("signal", "value", "unit", "status") if key in titles}
    return {"long": named}


def _renamed(problem: Problem, text: str, path: str) -> Problem:
    """A problem at a place in the file that was read, not in its copy."""
    return Problem(problem.where.replace(text, path), problem.what, problem.hint)
