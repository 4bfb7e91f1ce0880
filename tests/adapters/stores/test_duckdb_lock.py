"""One process writes; who comes second is told by whom."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.stores.duckdb.configuration import DuckdbConfiguration
from adapters.stores.duckdb.contents import Contents
from adapters.stores.duckdb.store import DuckdbStore
from rami.core.errors import DataError, RunError, UnreachableError
from tests.adapters.stores.cases import EVER, T0, power, series
from tests.conftest import REPOSITORY


def opened(folder: Path, *, read_only: bool = False) -> DuckdbStore:
    return DuckdbStore(folder, DuckdbConfiguration(), read_only=read_only)


@pytest.mark.parametrize("read_only", [False, True])
def test_held_by_another_process(tmp_path: Path, read_only: bool) -> None:
    command = [sys.executable, "-m", "tests.adapters.stores.duckdb_child", str(tmp_path)]
    child = subprocess.Popen(
        [*command, "0", "1000000", "1000000"], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    try:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        with pytest.raises(UnreachableError) as told:
            opened(tmp_path, read_only=read_only)
    finally:
        child.kill()
        child.communicate()
    message = str(told.value)
    assert str(tmp_path) in message and str(child.pid) in message and "\n" not in message
    assert "postgres" in message
    opened(tmp_path).close()


def test_held_by_this_process(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with pytest.raises(UnreachableError, match=f"this process.*{os.getpid()}"):
        opened(tmp_path)
    store.close()
    opened(tmp_path).close()


def test_several_readers_and_no_writer_beside_them(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.declare([power("a")])
    store.write(series("a", [T0], [1.0]))
    store.close()
    readers = [opened(tmp_path, read_only=True) for _ in range(2)]
    assert [len(r.rows(["a"], *EVER)) for r in readers] == [1, 1]
    with pytest.raises(UnreachableError):
        opened(tmp_path)
    for change in (
        lambda: readers[0].write(series("a", [T0 + 1], [1.0])),
        lambda: readers[0].declare([power("b")]),
        lambda: readers[0].erase(["a"]),
        readers[0].compact,
    ):
        with pytest.raises(RunError, match="reading only"):
            change()
    for reader in readers:
        reader.close()


def test_reading_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no historian"):
        opened(tmp_path / "nothing", read_only=True)
    assert not (tmp_path / "nothing").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no historian"):
        opened(tmp_path / "empty", read_only=True)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.close()
    with pytest.raises(RunError, match="closed"):
        store.signals()


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="file"):
        opened(tmp_path / "file")


def test_an_interrupt_leaves_log_and_memory_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut short before the log was synced: as if never asked. After it: open anew."""
    store = opened(tmp_path)
    store.declare([power("a")])
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.write(series("a", [T0], [1.0]))
    assert len(store.rows(["a"], *EVER)) == 0
    assert store.write(series("a", [T0], [2.0])).new == 1
    with monkeypatch.context() as patch:
        patch.setattr(Contents, "take", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.write(series("a", [T0 + 1], [3.0]))
    with pytest.raises(RunError, match="open it anew"):
        store.write(series("a", [T0 + 1], [3.0]))
    store.close()
    again = opened(tmp_path)
    assert again.rows(["a"], *EVER).values.tolist() == [2.0, 3.0]
    again.close()


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_folder_without_lock_and_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path).close()
    (tmp_path / "lock").unlink()
    with monkeypatch.context() as patch:
        real = os.open

        def refusing(path: str | Path, flags: int, mode: int = 0o777) -> int:
            if flags & os.O_CREAT and Path(path).name == "lock":
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, flags, mode)

        patch.setattr(os, "open", refusing)
        with pytest.raises(RunError, match="not writable, and without a file 'lock'"):
            DuckdbStore(tmp_path, DuckdbConfiguration(), read_only=True)
