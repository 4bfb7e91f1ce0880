"""`rami learn`: curves, patterns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rami.core import units
from rami.core.errors import ConfigurationError, DataError, Problem
from services.cli.history.wanted import span_of
from services.cli.output import note, print_json, print_table, say
from services.cli.site import opened
from services.progress import reported

if TYPE_CHECKING:
    from rami.core.frame import Frame
    from rami.information.analytics.learned import LearnedCurve


def curves(
    file: Path | None,
    *,
    run: str | None,
    first: str | None,
    after: str | None,
    step: str,
    store: Path | None,
    write: Path | None,
    json: bool,
) -> None:
    """Learn, print, and write what differs into a site file where asked."""
    from rami.information.analytics.curves import learned_curves, points_read, without_curve
    from services.learning.observed import observed
    from services.learning.rewriting import to_write, write_learned

    site = opened(file)
    span, step_s = span_of(first, after), _step(step)
    with reported() as report:
        report("history", 0.0)
        frame = observed(site, points_read(site.topology), span, step_s, run=run, store=store)
        report("history", 1.0)
        found = learned_curves(site.topology, frame)
        report("curves", 1.0)
    without = without_curve(site.topology, found)
    changed = to_write(found)
    if write is not None and changed:
        write_learned(site, changed, write)
    if json:
        print_json(
            {
                "curves": [c.plain() for c in found],
                "without": without,
                "written": [p.path for p in changed] if write else [],
            }
        )
        return
    _print(found)
    if without:
        note(f"too little running, steady, good data: {', '.join(without)}")
    if write is not None:
        told = ", ".join(p.path for p in changed) or "nothing differs from what is declared"
        note(f"{write}: {told}" if changed else told)


def _print(found: list[LearnedCurve]) -> None:
    rows = [
        (
            p.path,
            f"{p.declared:.4g}",
            f"{p.learned:.4g}",
            f"{p.error:.2g}",
            f"{round(p.change, 3) + 0.0:+.1%}",
            c.samples,
            "; ".join([p.why_not, *c.notes] if p.why_not else c.notes),
        )
        for c in found
        for p in c.parameters
    ]
    print_table(
        ("parameter", "declared", "learned", "std. error", "change", "intervals", "note"), rows
    )
    say()
    print_table(
        ("curve", "equation", "valid", "residual", "R2"),
        [
            (
                f"{c.component} {c.curve}",
                c.equation,
                ", ".join(f"{n} {a:.4g} to {b:.4g} {u}" for n, (a, b, u) in c.valid.items()),
                f"{c.residual:.3g} {c.residual_unit}",
                f"{c.explained:.4f}",
            )
            for c in found
        ],
    )


def patterns(
    target: Path | None,
    signal: str,
    *,
    run: str | None,
    first: str | None,
    after: str | None,
    zone: str,
    file_zone: str | None,
    store: Path | None,
    json: bool,
) -> None:
    """Day types, change points and trend of a signal of the historian or of a data file."""
    from services.learning.patterns import patterns as found_in

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        what = f"no time zone {zone!r}"
        raise ConfigurationError([Problem("--zone", what, "e.g. Europe/Berlin, UTC")]) from None
    frame = _hourly(target, signal, run, first, after, file_zone, store)
    found = found_in(frame, frame.names[0], zone)
    if json:
        print_json(found.plain())
        return
    say(f"{found.signal}, {found.days} days from {found.first}, {found.whole} of them whole")
    for title, types in (("level and course", found.by_level), ("course", found.by_course)):
        say()
        print_table(
            (f"day types by {title}", "days", f"range {found.unit}", *_weekday_titles()),
            [
                (
                    f"type {k + 1}",
                    t.days,
                    f"{t.profile.min():.4g} to {t.profile.max():.4g}",
                    *t.weekdays,
                )
                for k, t in enumerate(types.types)
            ],
        )
        say(f"silhouette {types.silhouette:.2f}")
    say()
    rows = [
        (day, f"{c.before:.4g}", f"{c.after:.4g}", f"{c.sizes:.1f}") for day, c in found.changes
    ]
    if rows:
        print_table(("level changes on", "from", f"to, {found.unit}", "noise deviations"), rows)
    else:
        say("no change of level")
    say(f"trend {found.trend.slope:+.3g} {found.unit} per day, p = {found.trend.p_value:.2g}")


def _weekday_titles() -> tuple[str, ...]:
    from rami.information.analytics.day_types import WEEKDAYS

    return WEEKDAYS


def _hourly(
    target: Path | None,
    signal: str,
    run: str | None,
    first: str | None,
    after: str | None,
    file_zone: str | None,
    store: Path | None,
) -> Frame:
    from services.assemble.quality import is_site
    from services.learning.observed import observed

    if is_site(target):
        return observed(opened(target), [signal], span_of(first, after), 3600, run=run, store=store)
    from services.cli.quality import judged, wanted_of
    from services.quality import clean_signals

    wanted = wanted_of(first, after, signal, file_zone)
    cleaned = clean_signals(judged(target, wanted), 3600.0)[0].frame
    if len(cleaned.names) != 1:
        names = ", ".join(n.partition("@")[0] for n in cleaned.names)
        raise DataError([Problem("--signal", f"wanted one signal, {signal!r} fits {names}")])
    return cleaned


def _step(text: str) -> float:
    try:
        step = units.parse(text, "time")
    except ValueError as error:
        raise ConfigurationError([Problem("--step", str(error))]) from None
    if step < 1:
        raise ConfigurationError([Problem("--step", f"wanted at least 1 s, got {text}")])
    return step
