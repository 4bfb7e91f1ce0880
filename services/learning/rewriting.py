"""Learned parameters put into a site file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from stat import S_IWUSR
from typing import TYPE_CHECKING

from rami.core.errors import ConfigurationError, Problem
from rami.information.analytics.learned import LearnedCurve, LearnedParameter
from services.report.whole_file import write_whole
from twins.site.writing import with_values

if TYPE_CHECKING:
    from twins.site.site import Site

#: changes below this many standard errors and below this share are none
_ERRORS, _SHARE = 2.0, 0.001


def to_write(curves: Sequence[LearnedCurve]) -> list[LearnedParameter]:
    """Parameters that may be written back and differ from what is declared."""
    found = []
    for curve in curves:
        for one in curve.parameters:
            apart = abs(one.learned - one.declared)
            if one.why_not or apart <= max(_ERRORS * one.error, _SHARE * abs(one.declared)):
                continue
            found.append(one)
    return found


def write_learned(site: Site, chosen: Sequence[LearnedParameter], out: Path) -> None:
    """The site file with the learned values in `out`, which may be the site file itself.

    The result is read and checked before anything is replaced. Raises ConfigurationError.
    """
    from twins.site.loading import load_site

    text = site.file.read_bytes().decode("utf-8-sig")  # line ends stay as they are
    changes = {_path(one.path): f"{one.learned:.5g}" for one in chosen}
    new = with_values(text, changes, str(site.file))
    if out.exists() and out.resolve() != site.file.resolve():
        what = f"{out} is there already"
        raise ConfigurationError([Problem("--write", what, "name a new file or the site file")])
    out = out.resolve()  # a link stays one
    if out.exists() and not out.stat().st_mode & S_IWUSR:
        raise ConfigurationError([Problem("--write", f"{out}: is read-only")])
    # relative files in it are looked up beside it
    trial = out.with_name(f".{out.name}.checked.yaml")
    try:
        trial.write_bytes(new.encode())
        load_site(trial)
    except OSError as error:
        raise ConfigurationError([Problem("--write", f"{out}: {error.strerror}")]) from None
    finally:
        trial.unlink(missing_ok=True)
    write_whole(out, new)


def _path(path: str) -> tuple[str | int, ...]:
    twin, component, *field = path.split(".")
    return ("twins", twin, "components", component, *field)
