"""Pydantic field types for what a file holds besides quantities: instants, names, files."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StrictBool,
    ValidationInfo,
    WithJsonSchema,
)

from rami.core.timegrid import instant

EXAMPLE = "e.g. 2019-01-14T00:00+01:00 or 2019-01-13T23:00Z"


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        instant(value)
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not an instant, {EXAMPLE}")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is not an instant, {EXAMPLE}") from None
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} carries no time zone, {EXAMPLE}")
    if not 1970 < moment.year < 2200:
        raise ValueError(f"{value!r} lies outside the years 1971 to 2199")
    return moment


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


#: an aware instant; kept with the offset it was written with, dumped in UTC
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(_utc, when_used="json"),
    WithJsonSchema(
        {"type": "string", "description": f"instant with time zone, {EXAMPLE}"},
    ),
]

#: a word that becomes part of point names and file names
NAME = r"^[a-z][a-z0-9_]{0,47}$"
Name = Annotated[str, Field(pattern=NAME)]


def _existing(path: Path, info: ValidationInfo) -> Path:
    folder = info.context.get("folder") if isinstance(info.context, dict) else None
    if folder is None:
        return path
    names = []
    try:
        if (folder / path).is_file():
            return path
        names = [beside.name for beside in (folder / path).parent.iterdir()]
    except OSError:  # no such folder, or a name no file can have
        pass
    close = get_close_matches(path.name, names, 1, 0.6)
    hint = f"; did you mean {str(path.with_name(close[0]))!r}?" if close else ""
    raise ValueError(f"no file {str(path)!r} in {folder}{hint}")


#: a file to be read; that it exists is checked where a validation context names a `folder`
InputFile = Annotated[Path, AfterValidator(_existing)]


def _matching(path: Path, info: ValidationInfo) -> Path:
    if not is_pattern(path):
        return _existing(path, info)
    folder = info.context.get("folder") if isinstance(info.context, dict) else None
    if folder is not None and not matching(folder, path):
        raise ValueError(f"no file matches {str(path)!r} in {folder}")
    return path


def is_pattern(path: Path) -> bool:
    """Whether a written file name stands for several files (`*`, `?`, `[`)."""
    return any(sign in str(path) for sign in "*?[")


def matching(folder: Path, pattern: Path) -> list[Path]:
    """The files that a pattern stands for, by name; relative ones start at `folder`."""
    if pattern.is_absolute():
        folder, pattern = Path(pattern.anchor), pattern.relative_to(pattern.anchor)
    return sorted(p for p in folder.glob(str(pattern)) if p.is_file())


#: one file to be read, or a pattern that at least one file must match
InputFiles = Annotated[Path, AfterValidator(_matching)]

#: true or false, nothing that merely looks like it
Switch = StrictBool
