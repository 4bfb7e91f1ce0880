"""What became of a trial, and the table of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

#: seconds by what they were waited for
Seconds = dict[str, float]


@dataclass(frozen=True)
class Outcome:
    """One trial; `wrong` is why it failed, empty when it did not. Resident MB and open
    descriptors of the run after it, in rig number `rig`."""

    kind: str
    twin: str
    seconds: Seconds = field(default_factory=dict)
    rig: int = 0
    memory_mb: float = 0.0
    handles: int = 0
    wrong: str = ""

    def __str__(self) -> str:
        told = ", ".join(f"{name} {s:.1f} s" for name, s in self.seconds.items())
        after = f"{self.memory_mb:.0f} MB, {self.handles} descriptors" if self.handles else ""
        return "; ".join(
            part for part in (f"{self.kind} {self.twin}: {self.wrong or told}", after) if part
        )


def table(outcomes: Sequence[Outcome], limits: dict[str, Seconds]) -> Iterator[str]:
    """For each kind: how many, how many went wrong; each time's least, median and most, and what
    was declared for it with a turn of the machine. Then what each rig's run took of the machine."""
    yield f"{'kind':18} {'count':>5} {'wrong':>5}  {'seconds until':12} " + "".join(
        f"{head:>8}" for head in ("least", "median", "most", "limit")
    )
    for kind in dict.fromkeys(o.kind for o in outcomes):
        some = [o for o in outcomes if o.kind == kind]
        wrong = sum(bool(o.wrong) for o in some)
        head = f"{kind:18} {len(some):5} {wrong:5}"
        for name in dict.fromkeys(name for o in some for name in o.seconds):
            values = [o.seconds[name] for o in some if name in o.seconds]
            limit = limits.get(kind, {}).get(name)
            yield (
                f"{head}  {name:12} "
                + "".join(
                    f"{value:8.1f}" for value in (min(values), np.median(values), max(values))
                )
                + ("" if limit is None else f"{limit:8.1f}")
            )
            head = " " * 30
        if head.strip():
            yield head
    yield from _taken(outcomes)


def _taken(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for number in sorted({o.rig for o in outcomes if o.handles}):
        some = [o for o in outcomes if o.rig == number and o.handles]
        # what is loaded or opened once is there after a few
        first, last = some[min(3, len(some) - 1)], some[-1]
        yield (
            f"run {number}: {len(some)} trials, memory {first.memory_mb:.0f} to "
            f"{last.memory_mb:.0f} MB, descriptors {first.handles} to {last.handles} "
            f"(most {max(o.handles for o in some)})"
        )


def beyond(outcomes: Sequence[Outcome], limits: dict[str, Seconds]) -> list[str]:
    """Trials that went wrong or took longer than their limits, runs that grew."""
    found = [str(o) for o in outcomes if o.wrong]
    for one in outcomes:
        for name, limit in limits.get(one.kind, {}).items():
            if one.seconds.get(name, 0.0) > limit:
                found.append(f"{one}: {name} beyond {limit:g} s")
    for number in sorted({o.rig for o in outcomes if o.handles}):
        some = [o for o in outcomes if o.rig == number and o.handles]
        first, last = some[min(3, len(some) - 1)], some[-1]
        if last.memory_mb > first.memory_mb + 40.0 or last.handles > first.handles + 3:
            found.append(f"run {number} grew: {first} to {last}")
    return found
