"""Runs in simulated time killed at random moments and resumed, against the same run whole."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import yaml

from tests.services.runtime.processes import serving
from tests.services.runtime.trials.declared import REFERENCE


def kills(count: int, folder: Path, say: Callable[[str], object]) -> int:
    """A run in simulated time killed at random moments and resumed, against the same whole."""
    folder.mkdir(parents=True, exist_ok=True)
    declaration = yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))
    declaration["clock"]["duration"] = "14 d"
    file, out = folder / "site.yaml", folder / "run"
    file.write_text(yaml.safe_dump(declaration, sort_keys=False), encoding="utf-8")
    draw, killed, words = Random(count), 0, ["--simulated"]
    while killed < count:
        with serving(file, out, *words) as run:
            time.sleep(draw.uniform(0.0, 15.0))
            if run.process.poll() is not None:
                break
            run.kill()
            killed += 1
            kept = bool([*out.glob("checkpoint-*.bin")])
            say(f"{killed} killed {'and resumed' if kept else 'before it was kept'}")
            words = ["--simulated", "--resume"] if kept else ["--simulated"]
            if not kept:
                shutil.rmtree(out)
    else:
        with serving(file, out, *words, ready=False) as run:
            assert run.wait(3600.0) == 0, run.said()
    with serving(file, folder / "whole", "--simulated", ready=False) as whole:
        assert whole.wait(3600.0) == 0, whole.said()
    for name in ("figures.json", "timeseries.csv.gz", "events.jsonl"):
        assert (out / name).read_bytes() == (folder / "whole" / name).read_bytes(), name
    say(f"{killed} kills: figures, series and events are the same bytes")
    return killed
