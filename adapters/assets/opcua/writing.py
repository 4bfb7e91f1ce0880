"""Set-points to nodes: each in the node's own type, its StatusCode as the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose

from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

from adapters.assets.opcua.batches import Requests
from adapters.assets.opcua.decode import Standing, number
from adapters.assets.opcua.number_types import NumberType, fitted
from adapters.assets.opcua.status import is_bad
from adapters.assets.opcua.trouble import status_name
from rami.asset.live import Answer, Taken

#: share of the time for verification between two looks
_LOOKS = 10
#: service results that tell of the request, not of the link
OF_REQUEST = ("BadUserAccessDenied", "BadNothingToDo", "BadServiceUnsupported", "BadNotSupported")


@dataclass(frozen=True)
class Wanted:
    """One set-point: place in the inputs, its node, the number to stand there."""

    place: int
    standing: Standing
    raw: float | int | bool


def prepared(
    standings: Mapping[int, Standing], wanted: Sequence[tuple[int, float]]
) -> tuple[list[Wanted], list[Answer]]:
    """Canonical values as numbers of their nodes; what cannot be is refused."""
    ready, refused = [], []
    for place, value in wanted:
        standing = standings.get(place)
        if standing is None or standing.kind is None:
            refused.append(Answer(place, Taken.REFUSED, "it has no node at the server"))
        elif not standing.writable:
            refused.append(Answer(place, Taken.REFUSED, "its node is not to be written"))
        else:
            try:
                raw = fitted(_snapped(standing.raw(value), standing.kind), standing.kind)
            except ValueError as error:
                refused.append(Answer(place, Taken.REFUSED, str(error)))
            else:
                ready.append(Wanted(place, standing, raw))
    return ready, refused


async def written(
    requests: Requests, wanted: Sequence[Wanted], only_changed: bool, verify_s: float | None
) -> list[Answer]:
    """What became of each set-point; raises what the link raises."""
    answers = []
    if only_changed:
        same = await _equal(requests, wanted)
        answers += [Answer(w.place, Taken.DONE) for w, s in zip(wanted, same, strict=True) if s]
        wanted = [w for w, s in zip(wanted, same, strict=True) if not s]
    if not wanted:
        return answers
    values = [
        (w.standing.id, ua.Variant(w.raw, ua.VariantType(w.standing.kind.number)))
        for w in wanted
        if w.standing.kind is not None
    ]
    try:
        codes = await requests.write(values)
    except UaStatusCodeError as error:
        name = status_name(error.code)
        if name not in OF_REQUEST:
            raise
        return answers + [Answer(w.place, Taken.REFUSED, name) for w in wanted]
    taken = []
    for one, code in zip(wanted, codes, strict=True):
        if is_bad(code):
            answers.append(Answer(one.place, Taken.REFUSED, status_name(code)))
        else:
            taken.append(one)
    held = await _held(requests, taken, verify_s) if verify_s is not None else [""] * len(taken)
    for one, instead in zip(taken, held, strict=True):
        done = Taken.REFUSED if instead else Taken.DONE
        answers.append(Answer(one.place, done, instead))
    return answers


async def _held(requests: Requests, taken: Sequence[Wanted], within_s: float) -> list[str]:
    """What stands there instead after the time for it; empty where it is what was written."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    while True:
        same = await _equal(requests, taken)
        if all(same) or loop.time() >= end:
            break
        await asyncio.sleep(within_s / _LOOKS)
    if all(same):
        return [""] * len(taken)
    answers = await requests.read([(w.standing.id, ua.AttributeIds.Value) for w in taken])
    words = []
    for one, fits, answer in zip(taken, same, answers, strict=True):
        now = number(answer)
        holds = "no number" if now is None else f"{now:g}"
        words.append("" if fits else f"the server took {one.raw:g}, but the node holds {holds}")
    return words


async def _equal(requests: Requests, wanted: Sequence[Wanted]) -> list[bool]:
    answers = await requests.read([(w.standing.id, ua.AttributeIds.Value) for w in wanted])
    found = []
    for one, answer in zip(wanted, answers, strict=True):
        now = number(answer)
        bad = answer.StatusCode is not None and is_bad(answer.StatusCode.value)
        close = now is not None and isclose(now, float(one.raw), rel_tol=1e-9, abs_tol=1e-12)
        found.append(close and not bad)
    return found


def _snapped(raw: float, kind: NumberType) -> float:
    """A switch written in per cent comes out as 1.0000000000000002."""
    near = float(round(raw)) if kind.whole and abs(raw) < 2.0**53 else raw
    return near if isclose(raw, near, rel_tol=1e-9, abs_tol=1e-9) else raw
