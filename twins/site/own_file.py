"""Files beside a site's that declare one thing of their own: read with all problems at once."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from rami.core.errors import ConfigurationError, Problem
from twins.site.reading import parse
from twins.site.text import Unreadable, read_text

Model = TypeVar("Model", bound=BaseModel)


def read_own(file: Path, model: type[Model]) -> Model:
    """What a file declares, as `model`. Raises ConfigurationError with every problem and its
    place."""
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
        return model.model_validate(root.plain())
    except ValidationError as error:
        raise ConfigurationError(
            Problem(_where(file, root.at(e["loc"])[1], e["loc"]), e["msg"])
            for e in error.errors(include_url=False, include_input=False)
        ) from None


def declares(file: Path, key: str) -> bool:
    """Whether a file can be read and has a section or key of that name."""
    try:
        plain = parse(read_text(file))[0].plain()
    except Unreadable:
        return False
    return isinstance(plain, dict) and key in plain


def _where(file: Path, mark: object, loc: tuple[int | str, ...]) -> str:
    line, column = getattr(mark, "line", 0), getattr(mark, "column", 0)
    return f"{file}:{line}:{column}: {'.'.join(map(str, loc))}"
