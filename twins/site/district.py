"""A district as a site file or a file of its own declares it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo

from rami.asset.component import Declared
from rami.asset.district.declaration import District
from rami.asset.district.scaling import scaled
from rami.core.errors import ConfigurationError
from twins.site.own_file import read_own


def read_district(file: Path) -> District:
    """The district that a file declares. Raises ConfigurationError with every problem."""
    return read_own(file, District)


class DistrictFile(Declared):
    """A district's file, in another size or for other days than it says."""

    file: Path = Field(description="relative to the site file")
    groups: int | None = Field(None, ge=1, le=5000, description="all else in proportion")
    days: int | None = Field(None, ge=1, le=31, description="instead of its own")

    def of(self, district: District) -> District:
        """What the file declares, in that size."""
        sized = district if self.groups is None else scaled(district, self.groups)
        return sized if self.days is None else sized.model_copy(update={"days": self.days})


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
