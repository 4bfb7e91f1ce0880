"""The status of a running site as lines for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.cli.output import printable, table_lines

_HEADER = ("twin", "mode", "backend", "link", "age", "worst residual", "stopped")
_SERVICES = ("service", "owner", "state", "last message", "in its place")
_ALARMS = ("condition", "of", "severity", "since", "state", "text")


def status_lines(told: Mapping[str, Any]) -> list[str]:
    """Of what `told` gives: twins, pace, plan, conditions."""
    lines = [f"{told['site']}: {told['state']}, step {told['step']}, {told['time']}"]
    if told["twins"]:
        rows = [_row(name, twin) for name, twin in told["twins"].items()]
        lines += ["", *table_lines(_HEADER, rows), ""]
    lines += [_pace(told["pace"]), *_plans(told)]
    lines += [
        f"{name}: {finding}"
        for name, twin in told["twins"].items()
        for finding in twin["diagnosis"]
    ]
    if told["services"]:
        rows = [_service(name, one) for name, one in told["services"].items()]
        lines += ["", *table_lines(_SERVICES, rows)]
    if told["conditions"]:
        lines += ["", *table_lines(_ALARMS, [_alarm(c) for c in told["conditions"]])]
    return [printable(line) for line in lines]


def short_line(told: Mapping[str, Any]) -> str:
    """One line of it, for a watch without a terminal."""
    twins = "; ".join(
        f"{name} {_mode(t)} {t['backend']} {_link(t)}" for name, t in told["twins"].items()
    )
    alarms = f"; {len(told['conditions'])} conditions" if told["conditions"] else ""
    return printable(f"{told['time']} step {told['step']} {told['state']}: {twins}{alarms}")


def span(seconds: float | None) -> str:
    """A time for people: `0.4 s`, `12 min`, `3 h`."""
    if seconds is None:
        return "-"
    for unit, length, next_one in (("s", 1.0, 120.0), ("min", 60.0, 7200.0), ("h", 3600.0, 172800)):
        if abs(seconds) < next_one:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds / 86400.0:.3g} d"


def _row(name: str, twin: Mapping[str, Any]) -> tuple[str, ...]:
    worst = twin["worst_residual"]
    return (
        name,
        _mode(twin),
        twin["backend"],
        _link(twin),
        span(twin["age_s"]),
        f"{worst['point']} {worst['value']:+.4g} {worst['unit']}" if worst else "-",
        twin["stopped"] or "-",
    )


def _service(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    since = f" since {one['since']}" if one["since"] and one["state"] != "well" else ""
    ago = f"{span(one['age_s'])} ago" if one["age_s"] is not None else "-"
    return (name, one["owner"], f"{one['state']}{since}", ago, one["fallback"] or "-")


def _mode(twin: Mapping[str, Any]) -> str:
    if twin["mode"] == twin["wanted_mode"]:
        return str(twin["mode"])
    return f"{twin['mode']} (wants {twin['wanted_mode']})"


def _link(twin: Mapping[str, Any]) -> str:
    trouble = f": {twin['link_trouble']}" if twin["link_trouble"] else ""
    return f"{twin['link'] or '-'}{trouble}"


def _pace(pace: Mapping[str, Any]) -> str:
    if not pace["clock"]:
        return "no step yet"
    speed = f" x {pace['speed']:g}" if pace["clock"] == "scaled" else ""
    text = f"clock {pace['clock']}{speed}: {pace['steps']} steps"
    if pace["clock"] == "simulated":
        return text
    return (
        f"{text}, {pace['late']} late, {pace['missed']} missed; lateness p99 "
        f"{pace['late_p99_s'] * 1e3:.3g} ms, most {pace['late_most_s'] * 1e3:.3g} ms"
    )


def _plans(told: Mapping[str, Any]) -> list[str]:
    lines = []
    for word in ("plan", "proposal"):
        plan = told[word]
        if plan is not None:
            notes = f" ({'; '.join(plan['notes'])})" if plan["notes"] else ""
            lines.append(
                f"{word}: {plan['rung']}, gap {plan['gap']:.2g}, made {span(plan['age_s'])} ago, "
                f"{plan['from']} to {plan['to']}{notes}"
            )
    return lines or ["no plan"]


def _alarm(condition: Mapping[str, Any]) -> tuple[str, ...]:
    state = "holds" if condition["holds"] else "ended"
    if not condition["acknowledged"]:
        state += ", not acknowledged"
    return (
        condition["condition"],
        condition["source"] or "site",
        condition["severity"],
        condition["since"],
        state,
        condition["text"],
    )
