"""A district as a site file or a file of its own declares it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo

from rami.asset.component import Declared
from rami.asset.district.declaration import District
from rami.asset.district.scaling import scaled
from rami.core.errors import ConfigurationError, Problem
from twins.site.reading import parse
from twins.site.text import Unreadable, read_text


def read_district(file: Path) -> District:
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


class DistrictFile(Declared):
    """A district's file, in another size or for other days than it says."""

    file: Path = Field(description="relative to the site file")
    groups: int | None = Field(None, ge=1, le=5000, description="all else in proportion")
    days: int | None = Field(None, ge=1, le=31, description="instead of its own")

    def of(self, district: District) -> District:
        """What the file declares, in that size."""
        sized = district if self.groups is None else scaled(district, self.groups)
        return sized if self.days is None else sized.model_copy(update={"days": self.days})


def _where(file: Path, mark: object, loc: tuple[int | str, ...]) -> str:
    line, column = getattr(mark, "line", 0), getattr(mark, "column", 0)
    return f"{file}:{line}:{column}: {'.'.join(map(str, loc))}"


def _from_file(value: Any, info: ValidationInfo) -> Any:
    chosen = {"file": value} if isinstance(value, str) else value
    if not isinstance(chosen, dict) or "file" not in chosen:
        return value
    size = DistrictFile.model_validate(chosen)
    folder = (info.context or {}).get("folder", Path())
    try:
        return size.of(read_district(Path(folder) / size.file))
    except ConfigurationError as error:
        raise ValueError("; ".join(map(str, error.problems[:10]))) from None


#: a district, the name of its file relative to the site file, or that in another size
DistrictSection = Annotated[District, BeforeValidator(_from_file)]
