"""`rami study`: seasons x {baseline, average, marginal}, compared."""

from __future__ import annotations

from pathlib import Path

from rami.core import units
from rami.core.errors import ConfigurationError, Problem
from rami.core.wording import did_you_mean
from services.cli.output import note, say
from services.cli.site import opened, placed, warn
from services.progress import reported

DAYS_MAX = 3660
STEP_MAX_S = 86400.0


def study(
    file: Path | None,
    out: Path,
    *,
    seasons: str | None,
    days: int | None,
    data: Path | None,
    prices: Path | None,
    step: str | None,
    json: bool,
) -> None:
    """Run the study and print its table.

    None means as the site file says. `run_study` writes report and results into `out` and tells
    `report` how far it is. Raises RamiError, and Interrupted after Ctrl-C, when the finished
    seasons are written.
    """
    site = opened(file)
    if site.study is None:
        missing = Problem(str(site.file), "key 'study' is missing; wanted duration and seasons")
        raise ConfigurationError([missing])
    chosen = _seasons(seasons, list(site.study.seasons))
    _bounded(days)
    step_s = _step(step)
    _there(data, prices)
    warn(site)
    from services.study.run import run_study

    with placed(site), reported() as report:
        outcome = run_study(
            site, out, report, seasons=chosen, days=days, data=data, prices=prices, step_s=step_s
        )
    if json:
        say((out / "results.json").read_text(encoding="utf-8").rstrip())
    else:
        from rich.console import Console

        from services.report import print_table

        print_table(outcome, Console())
    note(f"report: {out / 'report.html'}")


def _seasons(text: str | None, known: list[str]) -> tuple[str, ...]:
    if text is None:
        return tuple(known)
    chosen = [name.strip() for name in text.split(",") if name.strip()]
    problems = [
        Problem("--seasons", f"no season {name!r}", did_you_mean(name, known))
        for name in chosen
        if name not in known
    ]
    if not chosen:
        problems = [Problem("--seasons", f"names no season; wanted some of {', '.join(known)}")]
    if problems:
        raise ConfigurationError(problems)
    return tuple(name for name in known if name in chosen)


def _step(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = units.parse(text, "time")
    except ValueError as error:
        raise ConfigurationError([Problem("--step", str(error))]) from None
    if seconds <= 0:
        raise ConfigurationError([Problem("--step", f"wanted more than 0 s, got {text}")])
    if seconds > STEP_MAX_S:
        raise ConfigurationError([Problem("--step", f"wanted at most 1 d, got {text}")])
    return seconds


def _bounded(days: int | None) -> None:
    if days is not None and days > DAYS_MAX:
        raise ConfigurationError([Problem("--days", f"wanted at most {DAYS_MAX}, got {days}")])


def _there(data: Path | None, prices: Path | None) -> None:
    problems = []
    if data is not None and not data.is_dir():
        problems.append(Problem("--data", f"no folder {str(data)!r}"))
    if prices is not None and not prices.is_file():
        problems.append(Problem("--prices", f"no file {str(prices)!r}"))
    if problems:
        raise ConfigurationError(problems)
