"""Reads a district's file, or a site's; all its problems at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rami.asset.district.declaration import District
from rami.core.errors import ConfigurationError, Problem
from twins.site.district import read_district
from twins.site.own_file import declares
from twins.site.reading import parse
from twins.site.text import read_text

_REPOSITORY = Path(__file__).parents[2] / "examples" / "utilities"
_PACKAGED = Path(__file__).parents[1] / "reference_site"
#: files of the demo district, one town with either kind of production, by name
DEMOS = {"demo": "demo_heat_only.yaml", "demo-engines": "demo_engines.yaml"}


def demo(name: str = "demo-engines") -> Path:
    """The demo district's file; without a name that with every kind of unit."""
    folder = _REPOSITORY if _REPOSITORY.exists() else _PACKAGED
    return folder / DEMOS[name]


def named(word: str) -> Path:
    """What a user means: a demo district, or a file."""
    return demo(word) if word in DEMOS else Path(word)


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


def section_of(file: Path) -> dict[str, Any]:
    """What a site's section `district` says to mean the district of this file, or of that site's
    section. Raises ConfigurationError."""
    if not is_site(file):
        return {"file": str(file)}
    load_district(file)
    plain: Any = parse(read_text(file))[0].plain()
    said = plain["district"]
    chosen: dict[str, Any] = {"file": said} if isinstance(said, str) else said
    if "file" in chosen:
        chosen = chosen | {"file": str((file.parent / chosen["file"]).resolve())}
    return chosen


def is_site(file: Path) -> bool:
    """Whether a file declares a site, of which a district is a section."""
    return declares(file, "site")
