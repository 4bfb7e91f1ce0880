"""A folder that the other side drops files into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from adapters.sources.ems import form, table
from adapters.sources.ems.fetched import Fetched
from adapters.sources.ems.outbox import Outbox, key_of
from adapters.sources.ems.source import EmsSource
from rami.core.errors import UnreachableError
from rami.core.frame import Frame
from rami.information.series import Series

#: endings that are read; whoever writes in place should rename to them when done
_READERS = {".json": form.read, ".csv": table.read}
#: unreadable files that are named one by one
_NAMED = 3


class Folder:
    """All `.json` and `.csv` files of a folder; what begins with a point is on its way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._texts: dict[Path, tuple[tuple[int, int], str]] = {}

    @property
    def place(self) -> str:
        """The folder's name."""
        return f"files in {self.folder.name}"

    def fetch(self, quantities: Mapping[str, str], start_ns: int, end_ns: int) -> Fetched:
        """As in Transport. A file that is half written or not in the form is passed over."""
        fetched, passed = Fetched(), []
        for file in self._files():
            try:
                read = _READERS[file.suffix.lower()]
                fetched.take(read(self._text(file), file.name, quantities))
            except form.Unreadable as error:
                passed.append(f"{file.name} {error}")
            except FileNotFoundError:
                continue  # taken away while we looked
            except (OSError, UnicodeDecodeError) as error:
                passed.append(f"{file.name} cannot be read ({type(error).__name__})")
        more = len(passed) - _NAMED
        fetched.notes += passed[:_NAMED] + ([f"{more} more files"] if more > 0 else [])
        return fetched

    def send(self, key: str, message: str) -> None:
        """Nothing: the other side takes the messages from the outbox."""

    def _files(self) -> list[Path]:
        try:
            listed = sorted(self.folder.iterdir())
        except OSError as error:
            raise UnreachableError(f"folder {self.folder}: {error.strerror}") from error
        return [f for f in listed if f.suffix.lower() in _READERS and not f.name.startswith(".")]

    def _text(self, file: Path) -> str:
        """A file's text, kept as long as its size and time stay the same."""
        stat = file.stat()
        mark = (stat.st_mtime_ns, stat.st_size)
        known = self._texts.get(file)
        if known is None or known[0] != mark:
            known = (mark, file.read_text(encoding="utf-8"))
            self._texts[file] = known
        return known[1]


class ReceivingFolder(EmsSource):
    """A folder in, and one out, from which the other side takes the messages."""

    def __init__(self, folder: Folder, series: Mapping[str, Series], outbox: Outbox) -> None:
        super().__init__(folder, series)
        self._outbox = outbox

    def publish(self, frame: Frame) -> None:
        """As in Receiving: the message lies in the outbox, whole, until it is taken away.

        RunError when the outbox is full.
        """
        key = key_of(form.write(frame, ""))
        name = f"{frame.grid.start_ns // 10**9:012d}-{key}"
        self._outbox.put(name, form.write(frame, key))
