"""`rami serve`: a site that runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rami.core import units
from rami.core.errors import ConfigurationError, Problem
from services.cli.output import note, print_json, print_table
from services.cli.site import opened, placed, warn
from services.progress import reported

if TYPE_CHECKING:
    from services.serve import ServeOptions


def serve(
    file: Path | None,
    out: Path | None,
    *,
    real: bool,
    simulated: bool,
    speed: float | None,
    who: str,
    rehearse: tuple[str, ...],
    approve: bool,
    resume: bool,
    duration: str | None,
    json: bool,
) -> None:
    """Run until the end or until stopped; print the main figures. Raises RamiError."""
    from services.report.results import plain
    from services.serve import ServeOptions, serve_site

    problems: list[Problem] = []
    if sum((real, simulated, speed is not None)) > 1:
        problems.append(Problem("--real, --simulated, --speed", "wanted one of them"))
    options = ServeOptions(
        clock="real" if real else "simulated" if simulated else "scaled" if speed else None,
        speed=speed,
        who=who,
        rehearsals=_ports(rehearse, problems),
        approve=approve,
        resume=resume,
        duration_s=_seconds(duration, problems),
    )
    if problems:
        raise ConfigurationError(problems)
    site = opened(file)
    warn(site)
    folder = out or Path("runs") / site.name
    options = _telling(options)
    with placed(site), reported() as report:
        figures, stopped = serve_site(site, folder, options, report)
    if stopped:
        note(f"stopped {stopped}; go on with `rami serve ... --resume`: {folder}")
        if json:
            print_json({"stopped": stopped, "folder": str(folder)})
        return
    if json:
        print_json(plain(figures))
    else:
        print_table(("figure", "value"), [(name, _shown(v)) for name, v in figures.items()])
        note(f"results: {folder}")


def _telling(options: ServeOptions) -> ServeOptions:
    return replace(options, ready=lambda folder: note(f"running; `rami status {folder}`"))


def _ports(rehearse: tuple[str, ...], problems: list[Problem]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in rehearse:
        twin, _, port = text.partition("=")
        if not twin or not port.isdigit() or not 0 < int(port) < 65536:
            problems.append(
                Problem("--rehearse", f"wanted TWIN=PORT, got {text!r}", "e.g. hts=4899")
            )
        else:
            found[twin] = int(port)
    return found


def _seconds(text: str | None, problems: list[Problem]) -> float | None:
    if text is None:
        return None
    try:
        value = units.parse(text, "time")
    except ValueError as error:
        problems.append(Problem("--duration", str(error)))
        return None
    if value <= 0.0:
        problems.append(Problem("--duration", f"wanted more than 0, got {text}"))
    return value


def _shown(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
