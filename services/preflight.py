"""What is looked at before a live run takes its time to begin: options, packages, emulators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from rami.core.errors import ConfigurationError, Problem, UnreachableError
from rami.core.packages import Package
from services.control.address import SOCKET_FILE, served_by
from twins.site.site import Site

_STARTS = "checkpoint-*.bin"


def check_start(
    site: Site, out: Path, who: str, rehearsals: Mapping[str, int], *, resume: bool
) -> None:
    """ConfigurationError with everything that is wrong, UnreachableError naming emulators that do
    not answer."""
    problems = [*_of_folder(out, resume=resume), *_of_twins(site, who, rehearsals)]
    problems += missing_packages(site.declaration)
    if problems:
        raise ConfigurationError(problems)
    _check_emulators(rehearsals)


def missing_packages(declared: BaseModel) -> list[Problem]:
    """Packages that what is declared needs and that are not installed; none is imported."""
    return [
        Problem(
            path,
            f"needs the package {package.module}, which is not installed",
            package.installation,
        )
        for path, package in _needed("", declared)
        if not package.there
    ]


def _needed(path: str, value: Any) -> Iterator[tuple[str, Package]]:
    below: Iterator[tuple[object, Any]] = iter(())
    if isinstance(value, BaseModel):
        for package in getattr(value, "packages", ()):
            yield path, package
        below = ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, Mapping):
        below = iter(value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        below = iter(enumerate(value))
    for name, one in below:
        yield from _needed(f"{path}.{name}" if path else str(name), one)


def _of_folder(out: Path, *, resume: bool) -> Iterator[Problem]:
    pid = served_by(out / SOCKET_FILE) if (out / SOCKET_FILE).exists() else None
    if pid is not None:
        yield Problem(str(out), f"a run goes on there already (process {pid})", "another --out")
        return
    has_run = any(out.glob(_STARTS))
    if has_run and not resume:
        yield Problem(str(out), "holds a run already", "--resume, or another --out")
    if resume and not has_run:
        yield Problem(str(out), "holds no checkpoint to resume from")


def _of_twins(site: Site, who: str, rehearsals: Mapping[str, int]) -> Iterator[Problem]:
    for twin in rehearsals:
        if twin not in site.twins:
            known = f"twins are {', '.join(site.twins)}"
            yield Problem("--rehearse", f"no twin {twin!r}", known)
        elif site.twins[twin].backends.plant is None:
            yield Problem("--rehearse", f"{twin} has no plant", "declare `backends.plant`")
    waiting = [t for t, d in site.twins.items() if d.mode != "simulate"]
    if waiting and not who:
        what = f"{', '.join(waiting)}: a mode that reaches a plant is entered in somebody's name"
        yield Problem("--as", what, "say who you are: `--as NAME`")


def _check_emulators(rehearsals: Mapping[str, int]) -> None:
    from services.emulate.control_client import command

    silent, problems = [], []
    for twin, port in rehearsals.items():
        try:
            played = command(port, {"status": True}).get("twin")
        except UnreachableError as error:
            silent.append(f"--rehearse {twin}: {error}")
            continue
        if played != twin:
            what = f"the emulator at {port} plays {played}, not {twin}"
            problems.append(Problem("--rehearse", what))
    if problems:
        raise ConfigurationError(problems)
    if silent:
        raise UnreachableError("; ".join(silent) + "; start `rami emulate` first")
