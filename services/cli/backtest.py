"""`rami forecast backtest`: how good forecasts of a measured series would have been."""

from __future__ import annotations

import json as json_text
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.core import units
from rami.core.errors import ConfigurationError, Problem, RunError
from rami.core.timegrid import NS
from services.cli.output import note, print_json, print_table, say
from services.cli.site import opened
from services.progress import reported

if TYPE_CHECKING:
    from rami.information.forecast.settings import ForecastSettings

_DAY_S = 86400
_HORIZON_MAX_D, _NOISE_MAX_K = 14, 20.0


@dataclass(frozen=True)
class Options:
    """The command's options as written."""

    site: Path | None
    column: str | None
    temperature: str | None
    issue: str
    horizon: str
    train: str | None
    retrain: str
    methods: str | None
    temperature_noise: str
    seed: int
    zone: str | None


def backtest(file: Path, options: Options, out: Path | None, json: bool) -> None:
    """Run it, print a table or JSON, write report and figures. Raises RamiError."""
    numbers = _numbers(options)
    settings = _settings(options)
    from rami.information.forecast.backtest import Rules
    from rami.information.forecast.backtest import backtest as run
    from rami.information.forecast.calendar import LocalCalendar
    from rami.information.forecast.methods import forecaster
    from services.assemble.measured_file import read_measured

    methods = _methods(options, settings)
    for method in methods:
        forecaster(method)
    measured = read_measured(file, options.column, options.temperature, options.zone)
    for line in measured.notes:
        note(line)
    step = measured.series.grid.step_ns
    if numbers["horizon"] % step:
        what = f"{options.horizon} is no multiple of the step, {step / NS / 60:g} min"
        raise ConfigurationError([Problem("--horizon", what)])
    rules = Rules(
        issue_ns=numbers["issue"],
        horizon_ns=numbers["horizon"],
        train_ns=numbers["train"],
        retrain_ns=numbers["retrain"],
        noise_K=numbers["noise"],
        seed=options.seed,
        levels=tuple(sorted({*settings.levels, 0.1, 0.9})),
    )
    calendar = LocalCalendar.of(settings.zone, settings.holidays)
    with reported() as report:
        found = run(measured.series, measured.temperature, methods, calendar, rules, report)
    from services.report.backtest import as_json, write_page

    told = as_json(found, settings.zone, measured.temperature, file.name)
    if out is not None:
        _folder(out)
        write_page(found, told, out / "backtest.html")
        _write(out / "backtest.json", told)
        note(f"report: {out / 'backtest.html'}")
    if json:
        print_json(told)
    else:
        _print(told)


def _print(told: dict[str, Any]) -> None:
    say(told["task"])
    rows = []
    for name, one in told["methods"].items():
        figures = one["all"]
        rows.append(
            (
                name,
                _percent(figures["nmae"]),
                _percent(figures["nrmse"]),
                _plain(figures["pinball"]),
                _percent(figures["coverage"]),
                _percent(one["better_than_persistence"]),
            )
        )
    unit = told["unit"]
    pinball = f"pinball {unit}" if unit else "pinball"
    head = ("method", "nMAE %", "nRMSE %", pinball, "% in 80 % band", "better than persistence %")
    print_table(head, rows)
    for name, one in told["methods"].items():
        if list(one["made_by"]) != [name]:
            for method, days in one["made_by"].items():
                note(f"{name}: {days} days by {method}")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _numbers(options: Options) -> dict[str, Any]:
    """Times in nanoseconds and the noise in K; every option that is wrong at once."""
    problems: list[Problem] = []

    def read(option: str, text: str, quantity: str) -> float:
        try:
            return units.parse(text, quantity)
        except ValueError as error:
            problems.append(Problem(option, str(error)))
            return 1.0

    clock = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)\s*(?:Z|UTC)?", options.issue.strip())
    if not clock:
        what = f"{options.issue!r} is no time of day in UTC; wanted e.g. 12:00Z"
        problems.append(Problem("--issue", what))
    issue = (int(clock[1]) * 60 + int(clock[2])) * 60 * NS if clock else 0
    horizon = read("--horizon", options.horizon, "time")
    if not 0 < horizon <= _HORIZON_MAX_D * _DAY_S:
        what = f"wanted more than 0 s and at most {_HORIZON_MAX_D} d, got {options.horizon}"
        problems.append(Problem("--horizon", what))
    train = None if options.train is None else read("--train", options.train, "time")
    if train is not None and not _DAY_S <= train <= 3.2e8:
        problems.append(Problem("--train", f"wanted 1 d to 3700 d, got {options.train}"))
    retrain = read("--retrain", options.retrain, "time")
    if not 0 < retrain <= 3.2e7:
        problems.append(Problem("--retrain", f"wanted up to 370 d, got {options.retrain}"))
    noise = read("--temperature-noise", options.temperature_noise, "temperature_difference")
    if not 0 <= noise <= _NOISE_MAX_K:
        what = f"wanted 0 K to {_NOISE_MAX_K:g} K, got {options.temperature_noise}"
        problems.append(Problem("--temperature-noise", what))
    if problems:
        raise ConfigurationError(problems)
    return {
        "issue": issue,
        "horizon": round(horizon * NS),
        "train": None if train is None else round(train * NS),
        "retrain": round(retrain * NS),
        "noise": noise,
    }


def _settings(options: Options) -> ForecastSettings:
    """Those of the site, with the zone of the option laid over them."""
    from pydantic import ValidationError

    from rami.information.forecast.settings import ForecastSettings

    given = opened(options.site).declaration.forecasts if options.site else None
    settings = given or ForecastSettings()
    if options.zone is None:
        return settings
    try:
        zone = ForecastSettings(zone=options.zone).zone
    except ValidationError as error:
        what = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ConfigurationError([Problem("--zone", what)]) from None
    return settings.model_copy(update={"zone": zone})


def _methods(options: Options, settings: ForecastSettings) -> list[str]:
    if options.methods is None:
        named = [options.column] if options.column else []
        return [settings.series.get(named[0], settings.method) if named else settings.method]
    chosen = [m.strip() for m in options.methods.split(",") if m.strip()]
    if not chosen:
        raise ConfigurationError([Problem("--methods", "names no method, e.g. ridge,boosting")])
    return chosen


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot make {out}: {error.strerror or error}") from None


def _write(path: Path, told: dict[str, Any]) -> None:
    from services.report.whole_file import write_whole

    write_whole(path, json_text.dumps(told, indent=2, ensure_ascii=False) + "\n")
