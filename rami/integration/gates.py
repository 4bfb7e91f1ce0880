"""Gates: what must hold before a twin's mode may change, and why it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rami.asset.live import Link, LinkState
from rami.integration.mode import Mode

MODES = tuple(Mode)
_SHOWN = 5
#: seconds between a plant's clock and the run's that are worth a word
_APART_S = 10.0


@dataclass(frozen=True)
class Verdict:
    """Whether model and plant agreed over the last whole window that was judged.

    `at_ns` when (0: never), `reasons` why they did not.
    """

    at_ns: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether they were ever compared."""
        return self.at_ns > 0


@dataclass(frozen=True)
class Evidence:
    """What a gate looks at.

    `unfit` are points without fresh good data, `behind_s` how far the newest value is behind;
    `blind` are inputs whose position the plant does not tell; `verdict` is the last comparison of
    model and plant; `verdict_age_ns` how old it may be; `guard` what keeps the guard from writing;
    `operators` who may change modes (none: anybody with a name); `model_failed` why the model does
    not run, `against_model` why it may not stand for the plant.
    """

    now_ns: int
    who: str
    plant_declared: bool
    link: Link
    unfit: Sequence[str] = ()
    behind_s: float = 0.0
    blind: Sequence[str] = ()
    verdict: Verdict = field(default_factory=Verdict)
    verdict_age_ns: int = 0
    guard: str = ""
    operators: Sequence[str] = ()
    model_failed: str = ""
    against_model: Sequence[str] = ()


def refusals(now: Mode, wanted: Mode, evidence: Evidence, *, at_once: bool = False) -> list[str]:
    """Every reason against the change; empty when it may be made.

    Upwards one mode at a time; `at_once` (a swap) takes all gates between in one. Towards the
    plant's side data must be fresh and good, towards `advise` model and plant must have agreed,
    towards `control` the guard must be armed. Back to `simulate` the model must agree with the
    plant that it takes over from; to all modes between the way down is free.
    """
    if wanted is now:
        return []
    here, there = MODES.index(now), MODES.index(wanted)
    found: list[str] = []
    if not evidence.who.strip():
        found.append("no operator is named")
    elif evidence.operators and evidence.who not in evidence.operators:
        found.append(
            f"{evidence.who} is none of the declared operators ({', '.join(evidence.operators)})"
        )
    if there > here + 1 and not at_once:
        found.append(f"from {now.value} the next mode is {MODES[here + 1].value}")
    gates = MODES[here + 1 : there + 1]
    if Mode.SHADOW in gates:
        found += _reached(evidence)
    if Mode.ADVISE in gates:
        found += _agreed(evidence)
    if Mode.CONTROL in gates:
        found += _armed(evidence)
        if Mode.SHADOW not in gates:
            found += _reached(evidence)
    if wanted is Mode.SIMULATE:
        found += _back(evidence)
    return found


def _reached(evidence: Evidence) -> Iterator[str]:
    if not evidence.plant_declared:
        yield "no plant is declared (`backends.plant`)"
        return
    if evidence.link.state is not LinkState.OPEN:
        trouble = f": {evidence.link.trouble}" if evidence.link.trouble else ""
        yield f"the link is {evidence.link.state.value}{trouble}"
        return
    if evidence.unfit and abs(evidence.behind_s) > _APART_S:
        way = "behind" if evidence.behind_s > 0.0 else "ahead of"
        yield (
            f"the newest of its values is {abs(evidence.behind_s):.0f} s {way} the run's clock; "
            "do both keep the same time?"
        )
    yield from _listed("no fresh good data of", evidence.unfit)


def _agreed(evidence: Evidence) -> Iterator[str]:
    verdict = evidence.verdict
    age_ns = evidence.now_ns - verdict.at_ns
    if not verdict.known:
        yield "model and plant were not compared yet; let the twin shadow for a window"
    elif age_ns > evidence.verdict_age_ns:
        yield (
            f"model and plant were last compared {age_ns / 3.6e12:.1f} h ago, wanted within "
            f"{evidence.verdict_age_ns / 3.6e12:.1f} h; let the twin shadow for a window"
        )
    elif verdict.reasons:
        listed = next(_listed("model and plant differ:", verdict.reasons))
        yield f"{listed}; let the twin shadow until they agree"


def _armed(evidence: Evidence) -> Iterator[str]:
    if evidence.guard:
        yield f"the guard is not armed: {evidence.guard}"
    yield from _listed("the plant does not tell the position of", evidence.blind)


def _back(evidence: Evidence) -> Iterator[str]:
    if evidence.model_failed:
        yield f"the model does not run: {evidence.model_failed}"
    yield from _listed("the model cannot take over:", evidence.against_model)


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield f"{what} {', '.join(names[:_SHOWN])}{more}"
