"""Reads a district's file, or a site's; all its problems at once."""

from __future__ import annotations

from pathlib import Path

from rami.asset.district.declaration import District
from rami.core.errors import ConfigurationError, Problem
from twins.site.district import read_district
from twins.site.own_file import declares

_REPOSITORY = Path(__file__).parents[2] / "examples" / "utilities" / "demo.yaml"
_PACKAGED = Path(__file__).parents[1] / "reference_site" / "district.yaml"


def demo() -> Path:
    """The demo district's file."""
    return _REPOSITORY if _REPOSITORY.exists() else _PACKAGED


def load_district(file: Path) -> District:
    """The district that a file declares, or a site file's section. Raises ConfigurationError with
    every problem."""
    if not is_site(file):
        return read_district(file)
    from twins.site.loading import load_site

    declared = load_site(file).declaration.district
    if declared is None:
        raise ConfigurationError([Problem(str(file), "is a site without a section `district`")])
    return declared


def is_site(file: Path) -> bool:
    """Whether a file declares a site, of which a district is a section."""
    return declares(file, "site")
