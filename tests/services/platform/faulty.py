"""Services that do what no service should; each at the top of a module, for their processes."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rami.communication.service.contract import Inbox, ServiceDeclaration
from rami.communication.service.function import Said
from rami.communication.service.message import Message, Topic
from rami.communication.service.payload import Forecast
from rami.core.timegrid import NS
from tests.communication.service.said import SITE, forecast

#: the owner's secret, which nobody else may ever read
CANARY = "canary-4711"


def good(inbox: Inbox) -> Said:
    return Said(forecast([float(inbox.now_ns // NS % 1000), 2.0]), valid_s=7200)


def raises(inbox: Inbox) -> Said:
    raise ValueError(f"no such thing as {CANARY}")


def exits(inbox: Inbox) -> Said:
    os._exit(3)


def killed(inbox: Inbox) -> Said:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def hangs(inbox: Inbox) -> Said:
    time.sleep(3600)
    raise AssertionError


def eats_memory(inbox: Inbox) -> Said:
    held = [bytearray(1 << 28) for _ in range(64)]
    raise AssertionError(len(held))


def floods(inbox: Inbox) -> list[Said]:
    return [good(inbox)] * 10_000


def large(inbox: Inbox) -> Said:
    values = [1 / 3] * 20_000
    series = {f"dhs.group_{i}": values for i in range(30)}
    return Said(Forecast.model_validate(forecast(values).model_dump() | {"series": series}))


def prints(inbox: Inbox) -> Said:
    for _ in range(20_000):
        sys.stdout.write("x" * 1000)
    return good(inbox)


def wrong_type(inbox: Inbox) -> object:
    return ["forecast", 3]


def not_finite(inbox: Inbox) -> Said:
    bad = forecast().model_copy(update={"series": {"dhs.group_1": [float("nan"), 1.0]}})
    return Said(bad)


def wrong_length(inbox: Inbox) -> Said:
    return Said(forecast().model_copy(update={"series": {"dhs.group_1": [1.0]}}))


def another_owner(inbox: Inbox) -> list[Message]:
    topic = Topic(SITE, "network", "plan", "forecast", "all")
    return [Message(topic, forecast(), 1, inbox.now_ns, inbox.now_ns + 3600 * NS)]


def not_declared(inbox: Inbox) -> Said:
    return replace(good(inbox), subject="elsewhere")


def stale(inbox: Inbox) -> Said:
    return replace(good(inbox), valid_s=-10.0)


def _open_files() -> list[int]:
    return [int(one.name) for one in Path("/proc/self/fd").iterdir() if int(one.name) > 2]


def breaks_its_line(inbox: Inbox) -> Said:
    """Writes rubbish where its answer goes."""
    for number in _open_files():
        try:
            if str(Path(f"/proc/self/fd/{number}").readlink()).startswith("socket"):
                os.write(number, b"\x00\x00\x00\x05hello")
        except OSError:
            continue
    time.sleep(3600)
    raise AssertionError


def announces_too_much(inbox: Inbox) -> Said:
    for number in _open_files():
        try:
            if str(Path(f"/proc/self/fd/{number}").readlink()).startswith("socket"):
                os.write(number, b"\xff\xff\xff\xff")
        except OSError:
            continue
    time.sleep(3600)
    raise AssertionError


#: function -> what it is called
FAULTS: dict[Callable[[Inbox], object], str] = {
    raises: "crashed",
    exits: "crashed",
    killed: "crashed",
    hangs: "late",
    eats_memory: "crashed",
    floods: "flooding",
    large: "crashed",
    wrong_type: "crashed",
    not_finite: "crashed",
    wrong_length: "malformed",
    another_owner: "claims another identity",
    not_declared: "not declared",
    stale: "stale",
    breaks_its_line: "malformed",
    announces_too_much: "flooding",
}


@dataclass(frozen=True)
class Changing:
    """Does what a file says, anew for each run: one service that fails in every way."""

    declaration: ServiceDeclaration
    file: Path

    def run(self, inbox: Inbox) -> Sequence[Message]:
        from rami.communication.service.function import function_service

        word = self.file.read_text()
        act = {one.__name__: one for one in (*FAULTS, good, prints)}[word]
        return function_service(self.declaration, act, SITE).run(inbox)  # type: ignore[arg-type]
