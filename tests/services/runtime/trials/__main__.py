"""`python -m tests.services.runtime.trials --kind killed --kind link --count 50 --rigs 3`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import mkdtemp

from tests.services.runtime.trials import children, kills
from tests.services.runtime.trials.drive import Trials
from tests.services.runtime.trials.kinds import KINDS, LIMITS
from tests.services.runtime.trials.outcome import beyond, table

#: with a run in simulated time; they tell by themselves
_OTHERS = {"children": children.children, "kills": kills.kills}


def say(line: str) -> None:
    """At once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Exit code 1 where a trial went wrong, was late, or a run grew."""
    reader = argparse.ArgumentParser(
        prog="python -m tests.services.runtime.trials", description="Trials of live runs."
    )
    reader.add_argument("--kind", action="append", choices=[*KINDS, *_OTHERS], help="repeatable")
    reader.add_argument("--count", type=int, default=50, help="of each kind")
    reader.add_argument("--rigs", type=int, default=3, help="runs at a time, of each sort")
    reader.add_argument("--folder", type=Path, help="where runs are kept; default: a new one")
    given = reader.parse_args()
    folder = given.folder or Path(mkdtemp(prefix="trials-"))
    kinds = given.kind or list(KINDS)
    for kind in set(kinds) & _OTHERS.keys():
        _OTHERS[kind](given.count, folder / kind, say)
    inside = [kind for kind in kinds if kind not in _OTHERS]
    if not inside:
        return 0
    outcomes = Trials(inside, given.count, folder, say).run(given.rigs)
    for line in table(outcomes, LIMITS):
        say(line)
    found = beyond(outcomes, LIMITS)
    for line in found:
        say(f"wrong: {line}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
