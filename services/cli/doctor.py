"""`rami doctor`: whether this machine can do the work, and what is in the way."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import services
from rami.core.errors import ModelError, RunError
from services.assemble import cache_dir
from services.cli.output import print_json, print_table, say

DISTRIBUTION = "rami-twins"
_NEED = re.compile(r"(?P<name>[\w.-]+)\s*(?P<bounds>[^;\[\]]*)")
_EXTRA = re.compile(
    r"(?P<name>[\w.-]+)(\[[^]]*\])?\s*(?P<bounds>[^;\[\]]*);\s*extra == ['\"](?P<extra>\w+)['\"]"
)
_OF_DEVELOPERS = ("dev", "peers", "test")
PACKAGES = ("rami", "twins", "adapters", "services", "models")
#: a study's files, FMUs and an install's reserve
DISK_MIN = 1e9
PYTHON_MIN = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `mend` says what to do where it is not well."""

    what: str
    well: bool
    found: str
    mend: str = ""


def doctor(json: bool) -> None:
    """Print all findings. Raises RunError where something is not well."""
    findings = list(_findings())
    if json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table(("", "what", "found"), [(_word(f), f.what, f.found) for f in findings])
        for finding in findings:
            if not finding.well and finding.mend:
                say(f"{finding.what}: {finding.mend}")
    sick = [finding.what for finding in findings if not finding.well]
    if sick:
        raise RunError(f"not well: {', '.join(sick)}")


def _word(finding: Finding) -> str:
    return "ok" if finding.well else "BAD"


def _findings() -> Iterator[Finding]:
    yield _python()
    yield _compiler()
    yield from _packages()
    yield from _extras()
    yield from _names()
    yield from _folders()


def _python() -> Finding:
    well = sys.version_info >= PYTHON_MIN
    wanted = ".".join(map(str, PYTHON_MIN))
    found = f"{platform.python_version()} at {sys.executable}"
    return Finding("python", well, found, f"wanted {wanted} or newer")


def _compiler() -> Finding:
    from models.compiler import command, compile_library

    try:
        with TemporaryDirectory() as folder:
            source = Path(folder) / "trial.c"
            source.write_text("#include <math.h>\ndouble trial(double x) { return sqrt(x); }\n")
            compile_library(source, [], Path(folder) / "trial.so")
    except ModelError as error:
        return Finding("C compiler", False, "does not work", str(error))
    name = command()[0]
    shown = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
    return Finding("C compiler", True, shown.stdout.partition("\n")[0] or name)


def _packages() -> Iterator[Finding]:
    try:
        needs = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Finding(DISTRIBUTION, False, "not installed", "pip install -e . in the work tree")
        return
    yield Finding(DISTRIBUTION, True, metadata.version(DISTRIBUTION))
    for need in needs:
        parts = _NEED.fullmatch(need)
        if parts is None:  # of an extra, or for another platform
            continue
        name, bounds = parts["name"], parts["bounds"]
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding(name, False, "missing", f"pip install '{name}{bounds}'")
            continue
        yield Finding(name, _within(found, bounds), found, f"pip install '{name}{bounds}'")


def _extras() -> Iterator[Finding]:
    """Packages of extras: fine without, and the command that brings them."""
    try:
        needs = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return
    for need in needs:
        parts = _EXTRA.fullmatch(need)
        if parts is None or parts["extra"] in _OF_DEVELOPERS:
            continue
        name, bounds, extra = parts["name"], parts["bounds"], parts["extra"]
        mend = f"pip install '{DISTRIBUTION}[{extra}]'"
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding(f"{name} (extra)", True, f"not there; {mend}")
            continue
        yield Finding(f"{name} (extra)", _within(found, bounds), found, mend)


def _within(version: str, bounds: str) -> bool:
    """Whether a version keeps bounds such as `>=1.26,<3`, by its leading numbers."""
    for bound in filter(None, bounds.split(",")):
        limit = _numbers(bound.lstrip("<>=!~ "))
        have = _numbers(version)
        if (bound.startswith(">=") and have < limit) or (bound.startswith("<") and have >= limit):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version)[:3])


def _names() -> Iterator[Finding]:
    """Our top-level names are common words; a stranger's package of the same name breaks us."""
    home = Path(services.__file__).parents[1]
    owners = metadata.packages_distributions()
    for name in PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin) if spec and spec.origin else None
        others = sorted(set(owners.get(name, [])) - {DISTRIBUTION})
        if origin is None or origin.parents[1] != home:
            found = f"shadowed by {origin or 'a folder without __init__.py'}"
            mend = "start rami elsewhere, or take that folder off PYTHONPATH"
            yield Finding(f"package {name}", False, found, mend)
        elif others:
            found = f"also installed by {', '.join(others)}"
            mend = f"keep {others[0]} in an environment of its own"
            yield Finding(f"package {name}", False, found, mend)
        else:
            yield Finding(f"package {name}", True, str(origin.parent))


def _folders() -> Iterator[Finding]:
    """The FMU cache can be written, and there is room in it and here."""
    cache = cache_dir()
    there = next(folder for folder in (cache, *cache.absolute().parents) if folder.exists())
    well = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    mend = f"{there} cannot be written; name another folder in $RAMI_CACHE"
    yield Finding("FMU cache", well, str(cache), mend)
    for what, folder in (("disk of the cache", there), ("disk here", Path.cwd())):
        free = shutil.disk_usage(folder).free
        yield Finding(what, free >= DISK_MIN, f"{free / 1e9:.1f} GB free", "wanted 1 GB")
