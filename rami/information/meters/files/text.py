"""Text of a file in blocks of whole lines; gz or plain."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from rami.core.errors import DataError, Problem

#: bytes read at once
BLOCK = 1 << 24
_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"


def blocks(file: Path, size: int = BLOCK, unwanted: bytes = b'"\r') -> Iterator[bytes]:
    """Whole lines, each ending in a newline; quotes and carriage returns (`unwanted`) are gone.

    Raises DataError: missing, unreadable, not UTF-8 or another text of one byte a letter.
    """
    try:
        with _opened(file) as source:
            rest = b""
            first = True
            while data := source.read(size):
                if first:
                    data, first = data.removeprefix(_MARK), False
                    if b"\0" in data[:4096] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
                        what = "is not a text of one byte a letter (UTF-16, or binary?)"
                        raise DataError([Problem(str(file), what, "save it as UTF-8")])
                data = rest + data.translate(None, unwanted)
                cut = data.rfind(b"\n") + 1
                rest = data[cut:]
                if cut:
                    yield data[:cut]
            if rest:
                yield rest + b"\n"
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or "the compressed file is damaged or cut off"
        raise DataError([Problem(str(file), why)]) from None


def decoded(text: bytes) -> str:
    """UTF-8, or Latin-1 where it is not."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _opened(file: Path) -> IO[bytes]:
    with file.open("rb") as raw:
        packed = raw.read(2) == _GZIP
    return cast("IO[bytes]", gzip.open(file, "rb")) if packed else file.open("rb")
