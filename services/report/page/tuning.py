"""The controllers' parameters, as identified and set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.report.page.markup import Markup, number, table, tag
from services.study.outcome import StudyOutcome


def tuning(outcome: StudyOutcome) -> Markup:
    """A row per loop, a column per parameter; empty without tuned loops."""
    loops = dict(_loops("", outcome.tuning))
    if not loops:
        return Markup("")
    names = list(dict.fromkeys(name for loop in loops.values() for name in loop))
    return tag(
        "section",
        tag("h2", "Control loops"),
        table(
            "Parameters of the PID loops (eq. 24): identified from a step test on the plant's "
            "model, set by Chien-Hrones-Reswick or the stated fallback; units in the headings.",
            ["loop", *names],
            [[path, *(_shown(loop.get(n)) for n in names)] for path, loop in loops.items()],
        ),
        id="tuning",
    )


def _loops(path: str, found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The innermost tables of a nested declaration, under their dotted path."""
    flat = {k: v for k, v in found.items() if not isinstance(v, Mapping)}
    if flat:
        yield path, flat
    for name, inner in found.items():
        if isinstance(inner, Mapping):
            yield from _loops(f"{path}.{name}" if path else name, inner)


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return number(value, 0 if abs(value) >= 1000 else 3)
    return str(value)
