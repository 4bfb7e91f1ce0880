"""`rami events`: what happened in a run, from its journal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from threading import Event as Flag

from rami.core.errors import UnreachableError
from rami.core.event import Event
from rami.core.timegrid import iso
from services.cli.live.runs import kept
from services.cli.output import note, printable, say, strict
from services.control.address import SOCKET_FILE, served_by
from services.control.event_lines import event_plain, line_event
from services.control.journal import EVENTS_FILE

_LOOK_S = 0.25
_READ = 1 << 20


def events(run: Path | None, since: int, follow: bool, as_json: bool) -> None:
    """Print events with a number above `since`; with `follow` those to come, until the run ends.

    Raises UnreachableError where no run has a journal.
    """
    folder = kept(run)
    damaged = 0
    try:
        with (folder / EVENTS_FILE).open("rb", buffering=0) as journal:
            for line in _lines(journal, folder if follow else None):
                event = line_event(line)
                if event is None:
                    damaged += 1
                elif event.number > since:
                    say(_json(event) if as_json else _line(event))
    except OSError as error:
        raise UnreachableError(f"{folder / EVENTS_FILE}: {error.strerror}") from None
    if damaged:
        note(f"{damaged} damaged lines of {folder / EVENTS_FILE} were left out")


def _lines(file: FileIO, followed: Path | None) -> Iterator[bytes]:
    """Whole lines; with a folder also those to come while somebody runs there."""
    pause, rest, last = Flag(), b"", followed is None
    while True:
        found = file.read(_READ)
        *whole, rest = (rest + found).split(b"\n")
        yield from whole
        if found:
            continue
        if last:
            return
        sys.stdout.flush()
        last = followed is not None and served_by(followed / SOCKET_FILE) is None
        pause.wait(0.0 if last else _LOOK_S)
        if (size := os.fstat(file.fileno()).st_size) < file.tell():
            # resumed at a checkpoint: what comes after it is told anew
            rest, _ = b"", file.seek(size)


def _line(event: Event) -> str:
    alarm = (
        f" [{event.condition} {'begins' if event.active else 'ends'}]" if event.condition else ""
    )
    return printable(
        f"{event.number:>6}  {iso(event.time_ns)}  {event.severity.name.lower():<7}  "
        f"{event.kind.value:<10}  {event.source or '-'}: {event.text}{alarm}"
    )


def _json(event: Event) -> str:
    plain = {"time": iso(event.time_ns), **event_plain(event)}
    return json.dumps(strict(plain), ensure_ascii=False)
