"""Section `quality`: patterns that name signals, bounds that fit them, meters that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rami.asset.topology import SiteTopology
from rami.core.wording import did_you_mean
from rami.information.quality.rules import effective_rules, matches
from rami.information.quality.settings import CrossChecks
from rami.information.quality.subject import subjects
from rami.information.series import required_series
from twins.site.checks.case import Case, children
from twins.site.node import Node, Path

#: wrong signals of one place that are told one by one
_TOLD = 3
_FORM = "names are twin.component.point, or those of external series"


def check_quality(case: Case, site: SiteTopology) -> None:
    """Every pattern against the site's signals, every rule against what it is for.

    A pattern that fits nothing is an error; with a historian, which may hold signals that the
    file does not name, a warning.
    """
    settings = case.parts.quality
    if settings is None:
        return
    more = case.parts.business.series() if case.parts.business else ()
    known = subjects(site, tuple(required_series(site, more).values()))
    names = [one.name for one in known] + sorted(_mapped(case.root))
    for pattern, rule in settings.rules.items():
        path: Path = ("quality", "rules", pattern)
        _named(case, path, pattern, names, at_key=True)
        if rule.zone is not None:
            _zone(case, (*path, "zone"), rule.zone)
    told: dict[Path, int] = {}
    for fault in effective_rules(known, settings)[1]:
        path = ("quality", "rules", fault.pattern, *fault.keys)
        told[path] = told.get(path, 0) + 1
        if told[path] <= _TOLD:
            case.faults.add(path, fault.what, hint=fault.hint)
    _meters(case, settings.cross_checks, names)


def _meters(case: Case, checks: CrossChecks, names: Sequence[str]) -> None:
    for meter, registers in checks.meters.items():
        written = registers.model_dump(exclude_none=True)
        stars = {key: str(text).count("*") for key, text in written.items()}
        for key, text in written.items():
            path: Path = ("quality", "cross_checks", "meters", meter, key)
            _named(case, path, str(text), names)
            if stars[key] > 1 or stars[key] != stars["energy"]:
                what = f"{text!r} has {stars[key]} '*', energy has {stars['energy']}"
                case.faults.add(path, what, wanted="one in each of them, or none")


def _named(
    case: Case, path: Path, pattern: str, names: Sequence[str], *, at_key: bool = False
) -> None:
    if any(matches(pattern, name) for name in names) or _comes_in(pattern, case.root):
        return
    what, hint = f"no signal fits {pattern!r}", _nearest(pattern, names)
    if _has(case.root, "historian"):
        case.faults.warn(path, f"{what}, unless the historian holds one", hint=hint)
    else:
        case.faults.add(path, what, hint=hint, at_key=at_key)


def _nearest(pattern: str, names: Sequence[str]) -> str:
    """A name like the one written; of a pattern, the one whose letters it shares."""
    if not re.search(r"[*?\[]", pattern):
        close = get_close_matches(pattern, names, 1, 0.6)
        return f"did you mean {close[0]!r}?" if close else _FORM
    parts = pattern.split(".")
    for place, part in enumerate(parts):
        before = ".".join(parts[:place])
        there = {n.split(".")[place] for n in names if _starts(n, before, place)}
        if there and not any(matches(part, name) for name in there):
            hint = did_you_mean(part, there)
            if hint.startswith("did"):
                return hint
            return f"{before} has no {part!r}" if before else _FORM
    return _FORM


def _starts(name: str, before: str, count: int) -> bool:
    steps = name.split(".")
    return len(steps) > count and matches(before, ".".join(steps[:count]))


def _comes_in(pattern: str, root: Node) -> bool:
    """Whether it may mean signals that other sections bring: meters, key figures."""
    fixed = re.split(r"[*?\[]", pattern)[0]
    heads = [
        f"{head}.{name}." if head == "meters" else f"{head}.{name}"
        for head in ("meters", "kpi")
        for name, _ in children(root, head)
    ]
    return any(fixed.startswith(head) or head.startswith(fixed) for head in heads) and bool(heads)


def _mapped(node: Node) -> Iterator[str]:
    """Series that sources map (`columns`) or give (`gives`), wherever they are declared."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            if key == "columns":
                yield from (name for name, _ in children(node, key))
            elif key == "gives" and isinstance(child.value, list):
                yield from (one.value for one in child.value if isinstance(one.value, str))
            elif key != "quality":
                yield from _mapped(child)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _mapped(child)


def _zone(case: Case, path: Path, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        case.faults.add(path, f"no time zone {zone!r}", hint="e.g. Europe/Berlin")


def _has(root: Node, key: str) -> bool:
    return isinstance(root.value, dict) and key in root.value
