"""Run the benchmarks, print each figure beside its peer and goal, write results.json.

usage: python -m benchmarks [--only NAME] [--quick] [--out FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.row import Row

GROUPS = (
    "command_line",
    "fmu_step",
    "replan",
    "planning",
    "live_loop",
    "closed_loop",
    "forecast",
    "historian",
    "shared_store",
    "quality",
    "faults",
    "files",
    "opcua_client",
    "opcua_serving",
    "meters",
    "meters_chain",
    "guard",
    "control",
    "negotiation",
    "estimation",
    "diagnosis",
)


def show(row: Row) -> None:
    """One line: value, peer, ratio, goal."""

    def figure(value: float | None, unit: str = "") -> str:
        return "" if value is None else f"{value:.4g}{unit}"

    outcome = {True: "met", False: "MISSED", None: ""}[row.met]
    sys.stdout.write(
        f"  {row.name:<58} {figure(row.value, ' ' + row.unit):>12}"
        f"  {figure(row.peer_value):>8} {row.peer or '':<34}"
        f" {figure(row.ratio):>7} {figure(row.goal):>5} {outcome}\n"
    )
    sys.stdout.flush()


def main() -> int:
    """Exit code 0 when every goal is met, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=GROUPS, action="append", help="measure these groups")
    parser.add_argument("--quick", action="store_true", help="few repeats: for trying it out")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("results.json"))
    options = parser.parse_args()

    sys.stdout.write(f"  {'figure':<58} {'value':>12}  {'peer':<43} {'ratio':>7} {'goal':>5}\n")
    results: list[Row] = []
    for group in options.only or GROUPS:
        for row in import_module(f"benchmarks.{group}").rows(quick=options.quick):
            show(row)
            results.append(row)
    table = [row.as_json() for row in results]
    options.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"written: {options.out}\n")
    return 0 if all(row.met is not False for row in results) else 1


if __name__ == "__main__":
    sys.exit(main())
