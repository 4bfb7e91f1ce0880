"""What each verb may be given; a request is looked at before it reaches the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from rami.communication.live_site import Request, Verb
from rami.core.points import PointIndex
from rami.core.units import convert
from rami.core.wording import did_you_mean
from rami.integration.mode import Mode

NAME_MOST, TEXT_MOST = 64, 1000
_LEASE_MOST_S = 30 * 86400.0
_GIVEN_MOST = 16
_BACKENDS = ("model", "plant")

Points = Mapping[str, PointIndex]
#: the value as it is handed on; raises ValueError
Look = Callable[[Any, Points], Any]


def checked(request: Request, points: Points) -> Request | tuple[str, ...]:
    """The request with arguments of the right types, values in canonical units and without
    `unit`; or everything that is wrong with it."""
    wanted = _WANTED[request.verb]
    given, problems = dict(request.arguments), []
    if len(given) > _GIVEN_MOST:
        return (f"{len(given)} arguments; {request.verb.value} takes {len(wanted)}",)
    if not _is_name(request.who):
        problems.append(f"an operator's name of 1 to {NAME_MOST} printable characters is wanted")
    for name in given.keys() - wanted.keys():
        problems.append(f"{request.verb.value} takes no {_short(name)}{_hint(name, wanted)}")
    kept: dict[str, Any] = {}
    for name, (look, default) in wanted.items():
        value = given.get(name)
        if value is None:  # as left out
            value = default
        if value is _NEEDED:
            problems.append(f"{name}: missing")
        elif value is not None:
            try:
                kept[name] = look(value, points)
            except ValueError as error:
                problems.append(f"{name}: {error}")
    if not problems and request.verb is Verb.SET_POINT and (unit := kept.pop("unit", None)):
        try:
            kept["value"] = convert(kept["value"], unit, _quantity(kept["point"], points))
        except ValueError as error:
            problems.append(f"unit: {error}")
    return tuple(problems) or replace(request, arguments=kept)


def _is_name(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= NAME_MOST and text.isprintable()


def _text(value: Any, _: Points) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > TEXT_MOST:
        raise ValueError(f"wanted at most {TEXT_MOST} printable characters, got {_short(value)}")
    return value


def _word(value: Any, points: Points) -> str:
    if not _text(value, points).strip():
        raise ValueError("wanted a word, got none")
    return str(value)


def _twin(value: Any, points: Points) -> str:
    if not isinstance(value, str) or value not in points:
        raise ValueError(f"no twin {_short(value)}{_hint(value, points)}")
    return value


def _mode(value: Any, _: Points) -> str:
    modes = [mode.value for mode in Mode]
    if not isinstance(value, str) or value not in modes:
        raise ValueError(f"no mode {_short(value)}{_hint(value, modes)}")
    return Mode(value).value


def _backend(value: Any, _: Points) -> str:
    if not isinstance(value, str) or value not in _BACKENDS:
        raise ValueError(f"no backend {_short(value)}; wanted {' or '.join(_BACKENDS)}")
    return value


def _point(value: Any, points: Points) -> str:
    twin, _, name = value.partition(".") if isinstance(value, str) else ("", "", "")
    if twin not in points:
        raise ValueError(f"{_short(value)} begins with no twin; wanted {', '.join(points)}")
    if name not in points[twin]:
        known = [f"{twin}.{one}" for one in points[twin].names]
        raise ValueError(f"no point {_short(value)}{_hint(value, known)}")
    return str(value)


def _number(value: Any, _: Points) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"wanted a number, got {_short(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError("wanted a finite number") from None
    if not isfinite(number):
        raise ValueError(f"wanted a finite number, got {number}")
    return number


def _lease(value: Any, points: Points) -> float:
    seconds = _number(value, points)
    if not 0.0 < seconds <= _LEASE_MOST_S:
        raise ValueError(f"wanted more than 0 s and at most {_LEASE_MOST_S:g} s, got {seconds:g} s")
    return seconds


def _quantity(point: str, points: Points) -> str:
    twin, _, name = point.partition(".")
    return points[twin].points[points[twin][name]].quantity


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 2 * NAME_MOST else f"{text[:NAME_MOST]}..."


def _hint(word: object, options: Iterable[str]) -> str:
    # likeness of long texts takes long to find
    if not isinstance(word, str) or len(word) > 2 * NAME_MOST:
        return ""
    return f"; {did_you_mean(word, options)}"


_NEEDED = object()
#: arguments of a verb: how each is looked at, and what stands for one that is left out
_WANTED: Mapping[Verb, Mapping[str, tuple[Look, Any]]] = {
    Verb.MODE: {"twin": (_twin, _NEEDED), "mode": (_mode, _NEEDED), "why": (_text, "")},
    Verb.SWAP: {"twin": (_twin, _NEEDED), "backend": (_backend, _NEEDED), "why": (_text, "")},
    Verb.REPLAN: {},
    Verb.APPLY: {},
    Verb.REJECT: {"why": (_text, "")},
    Verb.SET_POINT: {
        "point": (_point, _NEEDED),
        "value": (_number, _NEEDED),
        "unit": (_word, None),
        "lease_s": (_lease, None),
    },
    Verb.GIVE_BACK: {"point": (_point, _NEEDED)},
    Verb.RELEASE: {"twin": (_twin, _NEEDED), "why": (_text, "")},
    Verb.EMERGENCY: {"twin": (_twin, _NEEDED), "why": (_text, "")},
    Verb.ACKNOWLEDGE: {
        "source": (_text, _NEEDED),
        "condition": (_word, _NEEDED),
        "comment": (_text, ""),
    },
    Verb.CHECKPOINT: {},
    Verb.STOP: {"why": (_text, "")},
}
