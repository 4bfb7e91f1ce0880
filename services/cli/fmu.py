"""`rami fmu build`: the FMUs of a site, from the cache where nothing has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from rami.core.errors import RunError
from services.assemble import build_fmus, generated
from services.cli.output import note, print_json, print_table
from services.cli.site import opened, placed, shortest
from services.progress import reported


def build(file: Path | None, out: Path | None, json: bool) -> None:
    """Build, then copy to `out` where one is named. Raises ModelError with the places."""
    site = opened(file)
    waiting = [topology.name for topology in generated(site)]
    if not waiting:
        note(f"{site.file}: every twin has a model of its own; nothing to build")
    with placed(site), reported() as report:
        for name in waiting:
            report(name, 0.0)
        fmus = build_fmus(site, progress=lambda name: report(name, 1.0))
    if out is not None:
        fmus = {name: _copy(fmu, out / f"{name}.fmu") for name, fmu in fmus.items()}
    if json:
        print_json({name: str(fmu) for name, fmu in fmus.items()})
        return
    sizes = [(name, str(shortest(fmu)), fmu.stat().st_size // 1024) for name, fmu in fmus.items()]
    if sizes:
        print_table(("twin", "FMU", "kB"), sizes)


def _copy(fmu: Path, target: Path) -> Path:
    """A copy that is there as a whole or not at all."""
    half = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(fmu, half)
        half.replace(target)
    except OSError as error:
        raise RunError(f"cannot write {target}: {error.strerror or error}") from None
    return target
