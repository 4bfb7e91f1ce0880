"""`rami data quality` and `rami data clean`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rami.core.errors import ConfigurationError, Problem
from rami.core.timegrid import instant
from services.cli.output import named, note, print_json, print_table, say
from services.cli.site import opened, warn

if TYPE_CHECKING:
    from rami.information.quality.report import QualityReport
    from rami.information.quality.rule import Rule
    from services.assemble.quality import Judged, Wanted

#: signals and findings that a person is shown
_SHOWN = 30


def quality(target: Path | None, wanted: Wanted, out: Path | None, json: bool) -> None:
    """Check a site's signals or a file's; print a table, write the report into `out`."""
    from services.quality import judge

    report = judge(judged(target, wanted))
    if out is not None:
        from services.report.quality import write_quality

        for file in write_quality(report, out):
            note(f"wrote {file}")
    if json:
        print_json(report.plain())
    else:
        _print(report)


def rules(target: Path | None, json: bool) -> None:
    """Print the rule of every signal of a site, and where each part comes from."""
    from services.assemble.quality import is_site, site_rules

    if not is_site(target):
        what = "rules of a file follow from its columns"
        raise ConfigurationError([Problem(str(target), what, "give a site file with --rules")])
    from services.quality import rule_rows

    site = opened(target)
    warn(site)
    listed = site_rules(site)
    if json:
        print_json([_plain(rule) for rule in listed])
        return
    rows = [row for rule in listed for row in rule_rows(rule)]
    print_table(("signal", "unit", "part", "rule", "from"), rows)


def clean(
    target: Path | None, wanted: Wanted, step: str | None, out: Path | None, json: bool
) -> None:
    """Check, fill and resample; write `<name>@clean` to the historian, and a file."""
    from services.quality import clean_signals, keep, span, write_clean

    step_s = None if step is None else _step(step)
    found = judged(target, wanted)
    if found.store_kind is None and out is None:
        what = "nowhere to write to: neither a historian nor --out FILE"
        raise ConfigurationError([Problem("--out", what)])
    tables = clean_signals(found, step_s)
    if out is not None and len(tables) > 1:
        steps = ", ".join(span(table.frame.grid.step_s) for table in tables)
        what = f"rules give the rasters {steps}; a file has one"
        raise ConfigurationError([Problem("--step", what, "name it, e.g. --step '15 min'")])
    figures: dict[str, Any] = {
        "signals": sum(len(table.signals) for table in tables),
        "intervals": sum(table.frame.grid.count for table in tables),
    }
    if out is not None:
        write_clean(tables[0].frame, out)
        figures["file"] = str(out)
    if found.store_kind is not None:
        figures["rows_new"] = keep(found, tables)
    if json:
        print_json(figures)
    else:
        print_table(("figure", "value"), list(figures.items()))


def _step(text: str) -> float:
    from rami.core.units import parse

    try:
        seconds = parse(text, "time")
    except ValueError as error:
        raise ConfigurationError([Problem("--step", str(error))]) from None
    if seconds < 1e-3:
        raise ConfigurationError([Problem("--step", f"{text} is no step", "e.g. 15 min")])
    return seconds


def judged(target: Path | None, wanted: Wanted) -> Judged:
    """The rows and rules of a site or a file."""
    from services.assemble.quality import is_site, judged_file, judged_site

    if not is_site(target):
        assert target is not None
        found = judged_file(target, wanted)
        unknown = [r.signal.name for r in found.rules if r.signal.quantity == "unknown"]
        if unknown:
            note(f"no unit is known of {named(unknown)}: checked as plain numbers")
        if found.left:
            note(f"passed over, neither a unit nor numbers throughout: {named(found.left)}")
        return found
    site = opened(target)
    warn(site)
    return judged_site(site, wanted)


def wanted_of(start: str | None, end: str | None, signals: str | None, zone: str | None) -> Wanted:
    """From the command line's words. Raises ConfigurationError."""
    from services.assemble.quality import Wanted

    patterns = tuple(p.strip() for p in signals.split(",") if p.strip()) if signals else ()
    begin, until = _instant("--from", start), _instant("--to", end)
    if begin is not None and until is not None and begin >= until:
        raise ConfigurationError([Problem("--to", f"{end} is not later than {start}")])
    return Wanted(patterns, begin, until, zone)


def _instant(option: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return instant(text if "T" in text else f"{text}T00:00Z")
    except ValueError as error:
        hint = "e.g. 2019-01-14 or 2019-01-14T00:00+01:00"
        raise ConfigurationError([Problem(option, str(error), hint)]) from None


def _plain(rule: Rule) -> dict[str, Any]:
    from services.quality import rule_rows

    parts = {part: {"rule": said, "from": origin} for _, _, part, said, origin in rule_rows(rule)}
    return {
        "signal": rule.signal.name,
        "quantity": rule.signal.quantity,
        "unit": rule.signal.unit,
        "parts": parts,
    }


def _print(report: QualityReport) -> None:
    plain = report.plain()
    signals = sorted(plain["signals"], key=lambda s: (s["good_share"] or 0.0, s["name"]))
    rows = [
        (
            s["name"],
            s["expected"],
            _percent(s["good_share"]),
            _percent(s["uncertain_share"]),
            _percent(s["bad_share"]),
            _percent(s["filled_share"]),
            _hours(s["longest_gap_s"]),
            ", ".join(f"{n} {c}" for n, c in s["reasons"].items()),
        )
        for s in signals[:_SHOWN]
    ]
    count = f"{len(signals)} signal{'s' * (len(signals) != 1)}"
    say(f"{report.title}: {count}, {plain['from']} to {plain['to']}")
    say()
    head = ("signal", "rows", "good", "uncertain", "bad", "filled", "longest gap", "reasons")
    print_table(head, rows)
    if len(signals) > _SHOWN:
        say(f"... and {len(signals) - _SHOWN} more, no worse")
    checked = [v for v in plain["cross_checks"] if v["verdict"] != "not checked"]
    if checked:
        broken = [v for v in checked if v["violated"]]
        say()
        say(f"cross-checks: {len(checked)} made, {len(broken)} violated")
    for finding in plain["findings"][:_SHOWN]:
        say(f"{finding['from']} to {finding['to']}: {finding['says']}")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f} %"


def _hours(seconds: float) -> str:
    if not seconds:
        return ""
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"
