"""A day of hourly data of a fleet of meters: ingest, quality, group demand, forecasts, plans.

usage: python -m benchmarks.meters_chain [--full] [--svg FILE] [--json FILE]

Each size is prepared and measured in processes of its own: 28 days of synthetic data with faults,
7 days of readings in the historian, 27 days of groups' demand; measured is the day after, by the
services of the largest example, each in its process. Memory is the resident set of all processes
together at its highest, pages that they share counted for each.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.row import Row, below

SIZES = (5_000, 10_000, 20_000, 40_000, 60_000)
#: the issue's aim at 60,000 meters
SECONDS, GB = 300.0, 6.0
DAYS, READ = 28, 20
UTILITY = Path("examples/utilities/operation/buys_heat.yaml")
#: the last one: processes that start, messages between them
STAGES = ("ingest", "quality", "aggregate", "forecast", "plan", "start")
_TRUTH = "truth.npz"
_OF = {
    "read": "quality", "quality": "quality", "blocks": "aggregate", "sum": "aggregate",
    "release": "aggregate", "history": "aggregate",
}  # fmt: skip


def rows(quick: bool) -> Iterator[Row]:
    """Small fleets; the whole curve by `python -m benchmarks.meters_chain --full`."""
    for meters in (500,) if quick else (1_000, 5_000):
        found = measured(meters)
        count = found["meters"]
        goal = max(SECONDS * count / 60_000, 60.0)
        yield below(f"{count:,} meters: a day of data to the plan", found["wall"], "s", goal)
        yield below(f"{count:,} meters: memory of all processes", found["gb"], "GB", GB)
        yield below(
            f"{count:,} meters: groups by the hour beside the truth", found["error"], "%", 1.0
        )


def measured(meters: int) -> dict[str, Any]:
    """Figures of one size."""
    with TemporaryDirectory(prefix="meters") as name:
        for step in ("prepare", "measure"):
            words = [sys.executable, "-m", "benchmarks.meters_chain", f"--{step}", name]
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
            ran = subprocess.run(
                [*words, "--meters", str(meters)], env=environment, text=True,
                stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
        return dict(json.loads(ran.stdout))


def prepare(folder: Path, meters: int) -> None:
    """Data, a week of readings and four of demand in the historian."""
    import numpy as np

    from rami.core.signal import Rows, Signal
    from rami.core.timegrid import TimeGrid
    from services.utility.loading import load_utility
    from services.utility.synthetic.files import generate
    from services.utility.work.group_demand import PREFIX
    from services.utility.work.meter_ingest import meter_ingest

    made = generate(load_utility(UTILITY), folder, DAYS, meters, read_from=READ)
    utility = load_utility(made.file)
    from rami.communication.service.contract import Inbox
    from rami.communication.service.settings import Place

    place = Place(utility.name, utility.file)
    service = meter_ingest(utility.declaration.services["ingest"], "ingest", place)  # type: ignore[arg-type]
    for day in range(READ, DAYS - 1):
        service.run(Inbox(utility.since_ns + (day + 1) * 86_400_000_000_000))
    hours = (DAYS - 1) * 24
    names = tuple(PREFIX + n for n in made.groups)
    grid = TimeGrid(utility.since_ns, 3_600_000_000_000, hours)
    store = utility.open_store()
    try:
        store.declare(Signal(n, "power") for n in names)
        count = len(names)
        store.write(
            Rows(
                names, np.repeat(np.arange(count, dtype=np.int32), hours),
                np.tile(grid.times(), count), np.round(made.demand[:, :hours], 3).ravel(),
                np.zeros(count * hours, np.uint32),
            )
        )  # fmt: skip
        store.compact()
    finally:
        store.close()
    np.savez(folder / _TRUTH, names=np.array(made.groups), demand=made.demand[:, hours:])
    (folder / "timings.jsonl").unlink(missing_ok=True)


def measure(folder: Path) -> dict[str, Any]:
    """The day, with what each stage took."""
    from services.utility.loading import load_utility
    from services.utility.running import days
    from services.utility.work.watch import read_seconds

    utility = load_utility(folder / "utility.yaml")
    first = utility.since_ns + (DAYS - 1) * 86_400_000_000_000
    highest = [0]
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(highest, over), daemon=True)
    thread.start()
    begun = perf_counter()
    (report,) = days(utility, first, 1)
    wall = perf_counter() - begun
    over.set()
    thread.join()
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    if report.troubles or not report.schedules.get("production"):
        raise SystemExit(f"the chain did not get through: {report.troubles} {report.alarms}")
    stages = dict.fromkeys(STAGES, 0.0)
    for row in read_seconds(folder):
        seconds: Any = row["seconds"]
        for name, value in seconds.items():
            stages[_OF.get(name, name)] += value
    stages["start"] = max(wall - sum(stages.values()), 0.0)
    balance = report.figures["balance"]
    return {
        "meters": round(balance["customers"][0]), "groups": round(balance["groups"][0]),
        "wall": round(wall, 2), "gb": round(highest[0] / 1e9, 3),
        "cpu": round(sum(u.ru_utime + u.ru_stime for u in spent), 2),
        "stages": {n: round(v, 2) for n, v in stages.items()},
        "error": round(100 * _error(folder, report.measured), 3),
        "measured": balance["measured"][0], "unmetered": balance["unmetered_share"][0],
        "forecast": report.forecast_by,
    }  # fmt: skip


def _error(folder: Path, told: dict[str, list[float | None]]) -> float:
    """Absolute errors of groups and hours over the truth that was made up."""
    import numpy as np

    with np.load(folder / _TRUTH) as truth:
        names, demand = truth["names"].tolist(), truth["demand"]
    seen = np.array([[np.nan if v is None else v for v in told[name]] for name in names])
    return float(np.nansum(np.abs(seen - demand)) / demand.sum())


def _watch(highest: list[int], over: threading.Event) -> None:
    """Resident bytes of this process and all below it."""
    while not over.wait(0.1):
        highest[0] = max(highest[0], sum(map(_resident, _tree(os.getpid()))))


def _tree(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        below_ = [int(c) for t in tasks for c in (t / "children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(p for child in below_ for p in _tree(child))]


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> int:
    """Exit code 0 when the aim is met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.meters_chain", description=__doc__)
    parser.add_argument("--full", action="store_true", help="5,000 to 60,000 meters")
    parser.add_argument("--svg", type=Path, default=Path("docs/pictures/meters_chain.svg"))
    parser.add_argument("--json", type=Path, default=Path("benchmarks/meters_chain.json"))
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--meters", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare:
        prepare(options.prepare, options.meters)
        return 0
    if options.measure:
        sys.stdout.write(json.dumps(measure(options.measure)))
        return 0
    found = []
    for meters in SIZES if options.full else SIZES[:1]:
        found.append(measured(meters))
        one = found[-1]
        stages = ", ".join(f"{n} {v:.1f}" for n, v in one["stages"].items())
        sys.stdout.write(
            f"{one['meters']:>7,}  {one['wall']:7.1f} s  {one['cpu']:6.1f} CPU s  "
            f"{one['gb']:5.2f} GB  {stages}\n"
        )
        sys.stdout.flush()
    if options.full:
        from benchmarks.meters_chain_plot import picture

        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        options.svg.write_text(picture(found), encoding="utf-8")
    return 0 if found[-1]["wall"] <= SECONDS and found[-1]["gb"] <= GB else 1


if __name__ == "__main__":
    sys.exit(main())
