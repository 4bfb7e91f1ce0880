"""Damaged files are told by name; nothing goes missing in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.errors import RamiError, RunError
from tests.adapters.stores.cases import DAY, EVER, T0, power, series

NAMES = ["a", "b"]


def filled(folder: Path) -> DuckdbStore:
    """Two closed months in parts, an open one in the log."""
    store = DuckdbStore(folder, DuckdbConfiguration())
    store.declare([power(n) for n in NAMES])
    for name in NAMES:
        store.write(series(name, [T0 + k * DAY for k in range(70)], range(70)))
    store.compact()
    for k in range(3):
        store.write(series("a", [T0 + (70 + k) * DAY], [1.0]))
    return store


def reopened(folder: Path) -> DuckdbStore:
    return DuckdbStore(folder, DuckdbConfiguration())


def flipped(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 0x40
    file.write_bytes(content)


@pytest.mark.parametrize("name", ["manifest.json", "signals-*", "newest-*", "log-*", "main-*"])
@pytest.mark.parametrize(
    "damage",
    [Path.unlink, lambda f: f.write_bytes(f.read_bytes()[:-7])],
    ids=["missing", "too short"],
)
def test_missing_and_shortened_files(
    tmp_path: Path, name: str, damage: Callable[[Path], object]
) -> None:
    filled(tmp_path).close()
    file = next(tmp_path.glob(name))
    damage(file)
    with pytest.raises(RunError, match=file.name) as told:
        reopened(tmp_path)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["manifest.json", "signals-*", "newest-*", "log-*"])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.99])
def test_changed_bytes(tmp_path: Path, name: str, share: float) -> None:
    filled(tmp_path).close()
    file = next(tmp_path.glob(name))
    flipped(file, int(share * file.stat().st_size))
    with pytest.raises(RunError, match=file.name):
        reopened(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_changed_bytes_of_a_part_stop_what_would_write_it_anew(
    tmp_path: Path, share: float
) -> None:
    filled(tmp_path).close()
    for file in tmp_path.glob("main-*"):
        flipped(file, int(share * file.stat().st_size))
    store = reopened(tmp_path)
    with pytest.raises(RamiError, match="main-"):
        store.erase(["a"])
    store.close()


def test_damage_in_an_open_log(tmp_path: Path) -> None:
    """Not closed in order: a damaged record with others behind it is no torn end."""
    store = filled(tmp_path)
    log = next(tmp_path.glob("log-*"))
    content = log.read_bytes()
    manifest = (tmp_path / "manifest.json").read_bytes()
    store.close()
    (tmp_path / "manifest.json").write_bytes(manifest)
    log.write_bytes(content)
    flipped(log, 60)
    with pytest.raises(RunError, match="checksum"):
        reopened(tmp_path)


def test_a_torn_end_is_cut_off_and_told(tmp_path: Path) -> None:
    store = filled(tmp_path)
    log = next(tmp_path.glob("log-*"))
    content = log.read_bytes()
    manifest = (tmp_path / "manifest.json").read_bytes()
    store.close()
    for kept in range(len(content) - 1, len(content) - 60, -7):
        (tmp_path / "manifest.json").write_bytes(manifest)
        log.write_bytes(content[:kept])
        again = reopened(tmp_path)
        assert len(again.rows(["a"], *EVER)) == 72
        assert "bytes" in again.stats().details["cut off at opening"]
        assert again.write(series("a", [T0 + 72 * DAY], [1.0])).new == 1
        again.close()
        third = reopened(tmp_path)
        assert len(third.rows(["a"], *EVER)) == 73
        third.close()
