from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from rami.core.errors import RunError
from rami.core.event import Event, EventKind, Severity
from services.control.event_lines import event_line, line_event
from services.control.journal import EventJournal, last_events, read_events


def _event(number: int) -> Event:
    details = {"value": 1.5, "far": float("inf"), "who": "Jörg", "late": True}
    return Event(
        number, 10 * number, EventKind.LIMIT, "hts.hp", Severity.ALARM, "über", "low", True, details
    )


def _filled(folder: Path, count: int) -> Path:
    journal = EventJournal(folder / "events.jsonl")
    for number in range(1, count + 1):
        journal.append(_event(number))
    journal.sync()
    journal.close()
    return journal.file


def test_events_come_back_as_they_were(tmp_path: Path) -> None:
    assert line_event(event_line(_event(3))) == _event(3)
    file = _filled(tmp_path, 4)
    assert list(read_events(file)) == [_event(n) for n in (1, 2, 3, 4)]
    assert list(read_events(file, after=3)) == [_event(4)]
    assert last_events(file, 2) == (_event(3), _event(4))


@pytest.mark.parametrize("torn", [1, 20, 100])
def test_a_torn_last_line_is_left_out_and_cut_off(tmp_path: Path, torn: int) -> None:
    file = _filled(tmp_path, 3)
    with file.open("r+b") as handle:
        handle.truncate(file.stat().st_size - torn)
    assert [e.number for e in read_events(file) if e] == [1, 2]
    journal = EventJournal(file)
    journal.append(_event(3))
    journal.close()
    assert list(read_events(file)) == [_event(n) for n in (1, 2, 3)]


def test_a_damaged_line_is_told(tmp_path: Path) -> None:
    file = _filled(tmp_path, 3)
    lines = file.read_bytes().splitlines(keepends=True)
    for damage in (b"{}\n", b"\xff\n", b"[1]\n", lines[1].replace(b'"limit"', b'"what"')):
        file.write_bytes(lines[0] + damage + lines[2])
        assert list(read_events(file)) == [_event(1), None, _event(3)]


def test_what_came_after_a_checkpoint_leaves(tmp_path: Path) -> None:
    file = _filled(tmp_path, 9)
    journal = EventJournal(file)
    journal.truncate_to(4)
    journal.append(_event(5))
    journal.close()
    assert file.read_bytes() == _filled(_made(tmp_path / "other"), 5).read_bytes()


def test_a_disk_that_takes_nothing_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = EventJournal(tmp_path / "events.jsonl")
    written, write, room = [], os.write, [True]

    def full(handle: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(len(data))
        return write(handle, data[:7])

    monkeypatch.setattr(os, "write", full)
    journal.append(_event(1))
    room[0] = False
    journal.append(_event(2))
    with pytest.raises(RunError, match="No space left"):
        journal.sync()
    for number in range(3, 30_000):
        journal.append(_event(number))
    assert journal.lost > 0
    monkeypatch.undo()
    journal.sync()
    journal.close()
    numbers = [e.number for e in read_events(journal.file) if e]
    assert numbers == list(range(1, 30_000 - journal.lost))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be kept"):
        EventJournal(tmp_path / "missing" / "events.jsonl")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
