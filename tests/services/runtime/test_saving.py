"""Checkpoints: answered when they are written, done without when the disk takes none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rami.asset.live import Vector
from rami.communication.live_site import Reply, Request, Verb
from rami.core.errors import ModelError, RunError
from rami.core.event import EventKind, Severity
from rami.core.snapshot import Snapshot
from rami.integration.mode import Mode
from services.control.requests import Waiting
from services.runtime.checkpoints import Checkpoints
from services.runtime.model_side import ModelSide
from services.runtime.saving import Saving
from tests.services.runtime.toys import ToyModel, toy


class Disk:
    """Takes a state, or none."""

    def __init__(self) -> None:
        self.full, self.count = False, 0

    def write(self) -> Path:
        if self.full:
            raise RunError("cannot write checkpoint: No space left on device")
        self.count += 1
        return Path(f"checkpoint-{self.count}.bin")


def test_a_checkpoint_is_answered_when_it_is_written() -> None:
    disk, told = Disk(), list[tuple[Severity, bool]]()

    def happened(
        kind: EventKind, source: str, severity: Severity, text: str, *, condition: str = "",
        active: bool = False, **details: float | str | bool,
    ) -> None:  # fmt: skip
        assert (kind, condition) == (EventKind.CHECKPOINT, "no checkpoint")
        told.append((severity, active))

    saving = Saving(disk.write, 1e9, happened)
    saving.between()
    assert disk.count == 0, "not due"
    one, other = (Waiting(Request(Verb.CHECKPOINT, "ann")) for _ in range(2))
    saving.ask(one)
    saving.ask(other)
    assert one.reply(0.0) is None, "not before it is written"
    saving.between()
    done = Reply(True, (), {"file": "checkpoint-1.bin"})
    assert disk.count == 1 and one.reply(0.0) == other.reply(0.0) == done
    disk.full = True
    saving.ask(one := Waiting(Request(Verb.CHECKPOINT, "ann")))
    saving.between()
    reply = one.reply(0.0)
    assert reply is not None and not reply.done and "No space" in reply.why[0]
    assert "No space" in saving.now() and told == [(Severity.ALARM, True)], "told once"
    disk.full = False
    assert saving.now() == "" and told[-1] == (Severity.NOTE, False)


def test_the_last_two_checkpoints_are_kept_and_a_damaged_one_is_passed_over(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    assert checkpoints.last("run", 1) is None
    for number in range(5):
        checkpoints.write(Snapshot("run", 1, {"number": number}, {}))
    files = sorted(tmp_path.iterdir())
    assert len(files) == 2
    files[-1].write_bytes(files[-1].read_bytes()[:-7])
    found = Checkpoints(tmp_path).last("run", 1)
    assert found is not None and found[1].plain == {"number": 3}
    following = Checkpoints(tmp_path).write(Snapshot("run", 1, {"number": 9}, {}))
    assert following.name > files[-1].name, "numbers go on"


def test_a_model_that_cannot_save_is_told_of() -> None:
    t = toy()
    t.steps(2)
    whole = t.switch.save()
    t.model.fails = "gone"
    t.switch.model.save = refuse  # type: ignore[method-assign]
    with pytest.raises(ModelError, match="gone"):
        t.switch.save()
    t.agree()
    assert t.change(Mode.CONTROL, at_once=True) == []
    t.steps(2)
    assert t.switch.model_failed
    kept = Snapshot.from_bytes(t.switch.save(), "twin", 1).parts["model"]
    assert kept == Snapshot.from_bytes(whole, "twin", 1).parts["model"], "the last good one"


def test_a_model_from_elsewhere_may_not_be_able_to_save() -> None:
    class OnlySteps:
        inputs, outputs = ToyModel().inputs, ToyModel().outputs

        def read(self) -> Vector:
            return np.zeros(len(self.outputs))

    side = ModelSide("toy", OnlySteps(), np.zeros(3), lambda *_, **__: None, None)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="toy cannot save its state: this run cannot be resumed"):
        side.save()


def refuse() -> bytes:
    raise ModelError("gone")
