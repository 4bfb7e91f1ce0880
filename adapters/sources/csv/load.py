"""The bytes of a file as UTF-8: gzip and zip taken apart, byte order marks understood."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from io import BytesIO
from pathlib import Path

from rami.core.errors import DataError, Problem
from rami.core.wording import did_you_mean

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def load(path: Path, encoding: str) -> bytes:
    """The text in UTF-8 without a mark. A byte order mark outweighs `encoding`.

    Raises DataError: no such file, several files in one zip, another encoding.
    """
    try:
        raw = _unpacked(path, path.read_bytes())
    except OSError as error:
        there = [p.name for p in path.parent.glob("*.*")] if path.parent.is_dir() else []
        hint = did_you_mean(path.name, there) if there else f"looked in {path.parent}"
        raise DataError([Problem(str(path), "cannot be read", hint)]) from error
    except (zlib.error, zipfile.BadZipFile, EOFError) as error:
        hint = "fetch or pack the file again"
        raise DataError([Problem(str(path), f"cannot be unpacked: {error}", hint)]) from error
    if raw.startswith(BOM_UTF8):
        raw, encoding = raw[len(BOM_UTF8) :], "utf-8"
    elif raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        if encoding.lower() in ("utf-8", "utf8"):
            raw.decode()
            return raw
        return raw.decode(encoding).encode()
    except LookupError as error:
        raise DataError([Problem(str(path), f"no encoding {encoding!r}")]) from error
    except UnicodeError as error:
        hint = "name the file's encoding, e.g. encoding: cp1252"
        raise DataError([Problem(str(path), f"is not {encoding} text", hint)]) from error


def _unpacked(path: Path, raw: bytes) -> bytes:
    if raw.startswith(_GZIP):
        return gzip.decompress(raw)
    if raw.startswith(_ZIP):
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            names = [n for n in packed.namelist() if not n.endswith("/")]
            if len(names) != 1:
                what = f"holds {len(names)} files: {', '.join(names[:5])}"
                raise DataError([Problem(str(path), what, "pack one table per zip file")])
            return packed.read(names[0])
    return raw
