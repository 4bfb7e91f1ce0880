"""`rami utility`: a heat utility's day, from customers' meters to the plan of its plant."""

from __future__ import annotations

import json as json_text
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem, RunError
from rami.core.timegrid import instant, iso
from services.cli.output import note, print_json, print_table, say
from services.progress import reported

#: key figures of a day that the table shows: subject, name, heading, digits
_SHOWN = (
    ("balance", "customers", "customers", 0),
    ("balance", "measured", "measured %", 1),
    ("balance", "unmetered_share", "nowhere metered %", 2),
    ("balance", "plant", "plant MWh", 1),
    ("network", "heat_expected", "next day MWh", 1),
    ("production", "cost", "cost EUR", 0),
)
_SCALE = {"measured": 100.0, "unmetered_share": 100.0, "plant": 1e-3, "heat_expected": 1e-3}


def generate(
    file: Path, out: Path, days: int, customers: int | None, faults: bool, json: bool
) -> None:
    """Write made-up data of a utility."""
    from services.utility.loading import load_utility
    from services.utility.synthetic.files import generate as work
    from services.utility.synthetic.meters import FaultShares

    utility = load_utility(file)
    with reported() as report:
        shares = FaultShares() if faults else FaultShares.none()
        made = work(utility, out, days, customers, shares, report=report)
    figures = {"file": str(made.file), "meters": made.meters, "readings": made.rows,
               "groups": len(made.groups), "days": days}  # fmt: skip
    if json:
        print_json(figures)
    else:
        say(f"written: {made.file}: {made.meters} meters, {made.rows} readings, synthetic")


def run(file: Path, out: Path, start: str | None, days: int, json: bool) -> None:
    """Run the services day by day; write a JSON of each run, tell a line for each day."""
    from services.report.utility import write_page
    from services.utility.loading import load_utility
    from services.utility.running import DayReport
    from services.utility.running import days as lived

    utility = load_utility(file)
    try:
        first = instant(start) if start else utility.since_ns
    except ValueError as error:
        raise ConfigurationError([Problem("--start", str(error))]) from None
    if (first - utility.since_ns) % 86_400_000_000_000 or first < utility.since_ns:
        what = f"{iso(first)}: days begin whole days after {iso(utility.since_ns)}"
        raise ConfigurationError([Problem("--start", what)])
    found: list[DayReport] = []
    seconds = []
    with reported() as report:
        for number, day in enumerate(lived(utility, first, days, out)):
            found.append(day)
            seconds.append({"day": day.day, "seconds": day.seconds})
            report("days", (number + 1) / days)
    told = {
        "utility": utility.name,
        "provenance": utility.declaration.provenance,
        "days": [day.plain() for day in found],
    }
    _write(out / "results.json", told)
    _write(out / "timings.json", seconds)
    write_page(told, out / "report.html")
    for day in found:
        for text in (*day.alarms, *(f"{n}: {t}" for n, t in day.troubles.items())):
            note(f"{day.day}: {text}")
    if json:
        print_json(told)
    else:
        header = ("day", *(title for _, _, title, _ in _SHOWN), "forecast error %")
        print_table(header, [_row(day) for day in found])
        say(f"written: {out / 'report.html'}, {out / 'results.json'}")
    if not any(day.schedules for day in found):
        raise RunError(f"no plan was made; why is in {out}/*/{utility.name}/services.jsonl")


def _row(day: object) -> list[object]:
    from services.utility.running import DayReport

    assert isinstance(day, DayReport)
    cells: list[object] = [day.day]
    for subject, name, _, digits in _SHOWN:
        value = day.figures.get(subject, {}).get(name)
        scaled = None if value is None else value[0] * _SCALE.get(name, 1.0)
        # without digits: a whole number; never minus nought
        cells.append("" if scaled is None else round(scaled, digits or None) + 0)
    return [*cells, "" if day.error is None else round(100 * day.error, 1)]


def _write(file: Path, content: object) -> None:
    text = json_text.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise RunError(f"{file}: cannot be written: {error.strerror or error}") from None
