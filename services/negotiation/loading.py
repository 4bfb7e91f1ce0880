"""Reads a district's file; all its problems at once."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from rami.asset.district.declaration import District
from rami.core.errors import ConfigurationError, Problem
from twins.site.reading import parse
from twins.site.text import Unreadable, read_text

_REPOSITORY = Path(__file__).parents[2] / "examples" / "utilities" / "demo.yaml"
_PACKAGED = Path(__file__).parents[1] / "reference_site" / "district.yaml"


def demo() -> Path:
    """The demo district's file."""
    return _REPOSITORY if _REPOSITORY.exists() else _PACKAGED


def load_district(file: Path) -> District:
    """The district that a file declares. Raises ConfigurationError with every problem."""
    try:
        root, flaws = parse(read_text(file))
    except Unreadable as error:
        raise ConfigurationError([Problem(str(file), str(error))]) from None
    problems = [
        Problem(f"{file}:{mark.line}:{mark.column}", what, hint) for mark, what, hint in flaws
    ]
    if problems:
        raise ConfigurationError(problems)
    try:
        return District.model_validate(root.plain())
    except ValidationError as error:
        raise ConfigurationError(
            Problem(_where(file, root.at(e["loc"])[1], e["loc"]), e["msg"])
            for e in error.errors(include_url=False, include_input=False)
        ) from None


def _where(file: Path, mark: object, loc: tuple[int | str, ...]) -> str:
    line, column = getattr(mark, "line", 0), getattr(mark, "column", 0)
    return f"{file}:{line}:{column}: {'.'.join(map(str, loc))}"
