"""Guard and audit file together: what reached the plant stands in the audit, whatever happens."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError
from rami.integration.audit import AuditFile, entries, last_latch, verify
from rami.integration.guard import Guard
from rami.integration.mode import Mode
from rami.integration.sealed import sealed
from rami.integration.settings import GuardSettings
from tests.conftest import REPOSITORY
from tests.integration.bench import OUTPUTS, Bench, HandClock, Recorder, bench, inputs, taken

_CONTROLLER = """
import os, sys
from pathlib import Path
import numpy as np
from rami.integration.audit import AuditFile
from rami.integration.mode import Mode
from rami.integration.sealed import sealed
from tests.integration.bench import OUTPUTS, HandClock, Recorder, inputs

clock = HandClock()
plant = Recorder(inputs(5), OUTPUTS, clock)
reached = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
real = plant.command

def command(values, chosen):
    for place in np.flatnonzero(chosen):
        os.write(reached, f"{plant.inputs.names[place]} {values[place]!r}\\n".encode())
    return real(values, chosen)

plant.command = command
guard, _ = sealed("hts", plant, AuditFile(Path(sys.argv[1]), clock, 50_000), clock,
                  mode=Mode.CONTROL)
lease = guard.take("technical", "pid")
draw = np.random.default_rng(os.getpid())
while True:
    clock.pass_(1.0)
    guard.want(lease, draw.random(5))
    guard.step()
    print("done", flush=True)
"""


def on(file: Path) -> tuple[Bench, AuditFile]:
    b = bench(3)
    audit = AuditFile(file, b.clock)
    b.guard = Guard("hts", b.plant, b.limits, audit, b.clock, mode=Mode.CONTROL, tell=b.told.append)
    return b, audit


@pytest.mark.parametrize("trouble", ["full", "read-only", "failing disk", "removed", "closed"])
def test_an_audit_that_cannot_be_written_keeps_everything_from_the_plant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    b, audit = on(tmp_path / "audit.jsonl")
    with audit:
        lease = taken(b)
        b.guard.want(lease, b.vector(0.3))
        b.cycle()
        assert len(b.plant.commands) == 1

        def fail(*_: object) -> int:
            codes = {"full": errno.ENOSPC, "read-only": errno.EROFS}
            raise OSError(codes.get(trouble, errno.EIO), "as wanted")

        with monkeypatch.context() as patch:
            if trouble == "removed":
                (tmp_path / "audit.jsonl").unlink()
            elif trouble == "closed":
                audit.close()
            else:
                patch.setattr(os, "fsync" if trouble == "failing disk" else "write", fail)
            for value in (0.4, 0.5, 0.6):
                b.guard.want(lease, b.vector(value))
                b.cycle()
            b.guard.stop("Meyer", "drill")
            b.cycle()
        assert len(b.plant.commands) == 1
        assert len(b.told) == 1
        if trouble in ("removed", "closed"):
            return
        assert b.guard.release("Meyer", "over") is None
        b.guard.want(lease, b.vector(0.7))
        b.cycle()
        assert b.plant.holds.tolist() == [0.7] * 3
    assert verify(audit.file).findings == ()
    assert "withheld" in [e.outcome for e in entries(audit.file) if e is not None]


def test_killed_in_control_every_command_stands_in_the_audit(tmp_path: Path) -> None:
    file, reached = tmp_path / "audit.jsonl", tmp_path / "reached"
    for cycles in (1, 12, 40):
        with subprocess.Popen(
            [sys.executable, "-c", _CONTROLLER, str(file), str(reached)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        ) as controller:
            assert controller.stdout is not None
            for _ in range(cycles):
                assert controller.stdout.readline() == "done\n"
            controller.kill()
    AuditFile(file, HandClock()).close()
    assert verify(file).findings == ()
    intended = [
        f"{e.what.removeprefix('hts.')} {e.new!r}"
        for e in entries(file)
        if e is not None and e.outcome in ("written", "clamped")
    ]
    sent = [line.replace("np.float64(", "").rstrip(")") for line in reached.read_text().split("\n")]
    waiting = iter(intended)
    assert len(sent) > 5 * 53
    assert all(one in waiting for one in sent[:-1]), "a command without its row, or out of order"


def test_a_stop_outlives_the_process(tmp_path: Path) -> None:
    b, audit = on(tmp_path / "audit.jsonl")
    with audit:
        b.guard.stop("Meyer", "steam")
    row = last_latch(tmp_path / "audit.jsonl", "hts")
    assert row is not None
    with AuditFile(tmp_path / "audit.jsonl", b.clock) as fresh:
        guard = Guard(
            "hts", b.plant, b.limits, fresh, b.clock, mode=Mode.CONTROL,
            stopped=f"by {row.who}: {row.why}",
        )  # fmt: skip
        assert guard.stopped == "by Meyer: steam"
        assert guard.release("Schulz", "checked") is None
    after = last_latch(tmp_path / "audit.jsonl", "hts")
    assert after is not None
    assert (after.who, after.outcome) == ("Schulz", "released")


def test_limits_that_cannot_hold_are_told_before_a_plant_is_guarded(tmp_path: Path) -> None:
    clock = HandClock()
    settings = GuardSettings.model_validate(
        {"inputs": {"pump_0.u": {"high": "3 kW"}, "*.u": {"rate": "5"}, "not_mapped.u": {}}}
    )
    with AuditFile(tmp_path / "a.jsonl", clock) as audit, pytest.raises(ConfigurationError) as told:
        sealed("hts", Recorder(inputs(2), OUTPUTS, clock), audit, clock, settings)
    places = [p.where for p in told.value.problems]
    assert "twins.hts.guard.inputs.pump_0.u.high" in places
    assert not any("not_mapped" in place for place in places)
    assert json.loads((tmp_path / "a.head").read_bytes())["sequence"] == 1
