"""Slow faults of emulated plants: found, named, and how many alarms there are without a fault.

In `make bench`: four faults at once in one plant, with a short reference time. The whole table,
each fault by itself, several plants: `python -m benchmarks.diagnosis --full --folder FOLDER`, an
hour or more of one core the first time; recordings are kept in the folder.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import row
from benchmarks.diagnosis_cases import SIZES, Case, cases
from benchmarks.diagnosis_runs import EmulatedRun, Recording
from benchmarks.diagnosis_score import Outcome, Watch, grown, outcome, table
from rami.functional.diagnosis import DiagnosisSettings

#: of `make bench`: days of reference and of faults, plant
_REFERENCE_D, _FAULTS_D, _SEED = 4, 5, 31
_AT_ONCE = (
    ("hts", "fouling", "hex_hnlt"),
    ("hts", "pump wear", "hex_hnht_pump"),
    ("iess", "fouling", "cooling_tower"),
    ("dhs", "temperature drift", "town.T_in"),
)
#: of the whole table: plants with faults; plants without, for so many weeks after the reference
PLANTS = ((21, "winter"), (23, "fall"))
HEALTHY = ((21, "winter"), (22, "spring"), (23, "fall"), (24, "summer"))
_WEEKS = 4


def rows(quick: bool) -> Iterable[row.Row]:
    """Four faults of middle size at once; without `quick` as long a time without a fault."""
    settings = DiagnosisSettings.model_validate({"reference": f"{_REFERENCE_D} d"})
    days = _REFERENCE_D + _FAULTS_D
    site = EmulatedRun(_SEED, "winter", days)
    watch = Watch("winter", site.days(_REFERENCE_D), settings)
    state = site.save()
    chosen = [c for c in cases("middle") if (c.twin, c.kind, c.target) in _AT_ONCE]
    for case in chosen:
        if case.words:
            site.put_on(case.twin, case.words)
    recording = site.days(_FAULTS_D)
    for case in chosen:
        if not case.words:
            recording = grown(case, recording)
    watch.feed(recording)
    wanted = {(c.twin, c.component) for c in chosen}
    delays = {(r.twin, r.diagnosis.component): r.days for r in reversed(watch.raised)}
    missed = len(wanted - delays.keys())
    yield row.below("faults at once not named, of 4", missed, "", 0.2 * len(wanted))
    found = [delays[w] for w in wanted if w in delays]
    if found:
        yield row.below("days until they were named, median", median(found), "d", 7.0)
    yield row.below("diagnoses of other components", len(delays.keys() - wanted), "", 1)
    if not quick:
        site.restore(state)
        watch.back()
        watch.feed(site.days(_FAULTS_D))
        yield row.below(f"diagnoses in {_FAULTS_D} days without fault", len(watch.raised), "", 1)


def _kept(folder: Path, name: str) -> Path:
    return folder / f"{name}.npz"


def _load(folder: Path, name: str) -> Recording:
    with np.load(_kept(folder, name)) as kept:
        return {twin: kept[twin] for twin in kept.files}


def _keep(folder: Path, name: str, recording: Recording) -> None:
    fresh = folder / f"{name}.new.npz"
    np.savez(fresh, **recording)  # type: ignore[arg-type]
    fresh.replace(_kept(folder, name))


def record(folder: Path, seed: int, season: str, wanted: Iterable[Case], weeks: int) -> None:
    """Make what is missing of a plant's recordings: reference week, healthy weeks, faults."""
    names = [f"{seed}-reference", *(f"{seed}-healthy-{w}" for w in range(1, weeks + 1))]
    missing = [c for c in wanted if c.words and not _kept(folder, f"{seed}-{c.name}").exists()]
    if not missing and all(_kept(folder, n).exists() for n in names):
        return
    site = EmulatedRun(seed, season, 7 * (1 + max(weeks, 1)))
    _keep(folder, names[0], site.days(7))
    state = site.save()
    if not all(_kept(folder, n).exists() for n in names[1:]):
        for name in names[1:]:
            _keep(folder, name, site.days(7))
    for case in missing:
        site.restore(state)
        site.put_on(case.twin, case.words)
        _keep(folder, f"{seed}-{case.name}", site.days(7))


def outcomes(folder: Path, seed: int, season: str, wanted: Iterable[Case]) -> Iterator[Outcome]:
    """What the diagnosis makes of a plant's faults."""
    watch = Watch(season, _load(folder, f"{seed}-reference"))
    healthy = _load(folder, f"{seed}-healthy-1")
    for case in wanted:
        if case.words:
            if _kept(folder, f"{seed}-{case.name}").exists():
                yield outcome(case, watch, _load(folder, f"{seed}-{case.name}"))
        else:
            yield outcome(case, watch, grown(case, healthy))


def false_alarms(folder: Path, seed: int, season: str) -> tuple[list[str], int]:
    """Diagnoses of a plant without faults, and in how many weeks."""
    watch = Watch(season, _load(folder, f"{seed}-reference"))
    weeks = 0
    for week in range(1, _WEEKS + 1):
        if _kept(folder, f"{seed}-healthy-{week}").exists():
            watch.feed(_load(folder, f"{seed}-healthy-{week}"))
            weeks += 1
    watch.end()
    return [f"{r.days:.1f} d {r.twin}.{r.diagnosis}" for r in watch.raised], weeks


def full(folder: Path, jobs: int, *, as_it_is: bool = False) -> None:
    """The whole table on stdout, as the documentation has it; `as_it_is`: of the recordings that
    there are."""
    folder.mkdir(parents=True, exist_ok=True)
    every = [case for size in SIZES for case in cases(size)]
    faulty = {seed for seed, _ in PLANTS}
    with ProcessPoolExecutor(jobs) as pool:
        running = [
            pool.submit(record, folder, seed, season, every if seed in faulty else [], _WEEKS)
            for seed, season in HEALTHY
            if not as_it_is
        ]
        for one in running:
            one.result()
    found: list[Outcome] = []
    for seed, season in PLANTS:
        for made in outcomes(folder, seed, season, every):
            mark = "right" if made.right else "rests" if not made.ran else "WRONG"
            sys.stderr.write(f"{seed} {made.case.name}: {mark} {made.days} d {made.first}\n")
            found.append(made)
    _print(found)
    alarms: list[str] = []
    weeks = 0
    for seed, season in HEALTHY:
        if not _kept(folder, f"{seed}-reference").exists():
            continue
        raised, lasted = false_alarms(folder, seed, season)
        alarms += [f"{seed}: {text}" for text in raised]
        weeks += lasted
    say = sys.stdout.write
    say(f"\n{len(alarms)} false alarms in {weeks} weeks without fault\n")
    for text in alarms:
        say(f"{text}\n")


def _print(found: Iterable[Outcome]) -> None:
    say = sys.stdout.write
    heads = ("fault", "size", "cases", "rest", "detected", "component", "kind, sensor", "delay")
    say(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|\n")
    for line in sorted(table(found), key=lambda r: (r.kind, SIZES.index(r.size))):
        ran = line.cases - line.resting
        cells = (
            line.kind,
            line.size,
            line.cases,
            line.resting,
            *(f"{n} of {ran}" for n in (line.detected, line.right, line.exact)),
            "-" if line.delay_d is None else f"{line.delay_d:.1f} d",
        )
        say(f"| {' | '.join(map(str, cells))} |\n")


def main() -> None:
    """The rows of `make bench`, or with `--full` the whole table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the whole table")
    parser.add_argument("--as-it-is", action="store_true", help="make no more recordings")
    parser.add_argument("--folder", type=Path, default=Path("diagnosis-recordings"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    if options.full:
        full(options.folder, options.jobs, as_it_is=options.as_it_is)
        return
    for one in rows(quick=False):
        sys.stdout.write(f"{one.name}: {one.value:g} {one.unit}\n")


if __name__ == "__main__":
    main()
