"""quality.html: overview, table, cross-checks, and the worst signals one by one."""

from __future__ import annotations

from typing import Any

from rami.information.quality.report import QualityReport
from services.report.page.markup import (
    Cell,
    Markup,
    figure,
    joined,
    number,
    percent,
    table,
    tag,
)
from services.report.page.shell import page
from services.report.quality.detail import detail
from services.report.quality.heat_map import heat_map

#: signals drawn one by one, findings listed
SHOWN = 8
LISTED = 200
#: reasons that are no faults: they say where a value comes from
_ORIGINS = ("simulated", "synthetic", "estimated")


def document(report: QualityReport, plain: dict[str, Any]) -> str:
    """The whole page; `plain` is the report as plain data."""
    signals = plain["signals"]
    ranked = sorted(signals, key=lambda s: (s["good_share"] or 0.0, s["name"]))
    worst = [s["name"] for s in ranked]
    shown = [s["name"] for s in ranked if _faulty(s)][:SHOWN]
    overview = heat_map(report, worst)
    details = [detail(report.assessment.signals[n], i) for i, n in enumerate(shown, 1)]
    drawn = {f.name: f for f in (overview, *details)}
    body = joined(
        [
            _head(report, plain),
            _navigation(plain, bool(details)),
            tag("section", tag("h2", "Overview"), figure(overview), id="overview-part"),
            _cross_checks(plain),
            _details(details),
            _table(ranked),
        ]
    )
    return page(
        f"{report.title}: quality of signals",
        body,
        drawn,
        styles=("report.css", "sortable.css"),
        scripts=("report.js", "sortable.js"),
    )


def _faulty(signal: dict[str, Any]) -> bool:
    return (signal["good_share"] or 0.0) < 1.0


def _head(report: QualityReport, plain: dict[str, Any]) -> Markup:
    signals = plain["signals"]
    rows = sum(s["expected"] for s in signals)
    shares = {
        word: sum((s[f"{word}_share"] or 0.0) * s["expected"] for s in signals) / rows
        if rows
        else None
        for word in ("good", "uncertain", "bad", "filled")
    }
    checked = [v for v in plain["cross_checks"] if v["verdict"] != "not checked"]
    broken = sum(v["verdict"] == "violated" for v in checked)
    crossed = f" Of {len(checked)} cross-checks {broken} are violated." if checked else ""
    return tag(
        "header",
        tag("p", "rami-twins data quality", class_="kicker"),
        tag("h1", f"Quality of {len(signals)} signals: {report.title}"),
        tag(
            "p",
            f"{plain['from']} to {plain['to']}, {number(rows)} expected rows: "
            f"{percent(shares['good'], 2)} good, {percent(shares['uncertain'], 2)} uncertain, "
            f"{percent(shares['bad'], 2)} bad; {percent(shares['filled'], 2)} could be filled."
            + crossed,
            class_="lead",
        ),
        tag(
            "dl",
            *(
                joined([tag("dt", name.replace("_", " ")), tag("dd", said)])
                for name, said in plain["provenance"].items()
            ),
        ),
    )


def _navigation(plain: dict[str, Any], details: bool) -> Markup:
    targets = {"overview": "overview-part"}
    if plain["cross_checks"]:
        targets["cross-checks"] = "cross-checks"
    if details:
        targets["worst signals"] = "details"
    targets["all signals"] = "table"
    links = [tag("a", name, href=f"#{target}") for name, target in targets.items()]
    return tag("nav", tag("span", *links, class_="links"))


def _table(signals: list[dict[str, Any]]) -> Markup:
    origins = {s["source"] for s in signals}
    head: list[Cell] = [
        *("signal", "unit", "rows", "present", "good", "uncertain", "bad", "filled"),
        *("longest gap, h", "contradicted", "found"),
        *(() if len(origins) == 1 else ("source",)),
    ]
    rows: list[list[Cell]] = [
        [
            s["name"],
            s["unit"],
            number(s["expected"]),
            percent(s["present"] / s["expected"] if s["expected"] else None, 2),
            percent(s["good_share"], 2),
            percent(s["uncertain_share"], 2),
            percent(s["bad_share"], 2),
            percent(s["filled_share"], 2),
            number(s["longest_gap_s"] / 3600.0, 2),
            number(len(s["cross_checks_violated"])),
            ", ".join(f"{w} {c:,}" for w, c in s["reasons"].items() if w not in _ORIGINS),
            *(() if len(origins) == 1 else (s["source"],)),
        ]
        for s in signals
    ]
    caption = (
        "All signals, those with the fewest good rows first; a click on a heading sorts. Shares "
        "of the expected rows. Good, uncertain, bad as in OPC UA; filled: a value could be put in; "
        "contradicted: by so many cross-checks."
    )
    if len(origins) == 1:
        caption += f" All from {next(iter(origins))}."
    return tag(
        "section",
        tag("h2", "All signals"),
        table(caption, head, rows, class_="sortable"),
        id="table",
    )


def _cross_checks(plain: dict[str, Any]) -> Markup:
    verdicts = plain["cross_checks"]
    if not verdicts:
        return Markup("")
    rows: list[list[Cell]] = [
        [
            v["name"],
            number(v["window_s"] / 3600.0, 2),
            number(v["windows"]),
            number(v["violated"]),
            number(v["worst_ratio"], 2),
            tag(
                "span",
                v["verdict"],
                class_={"holds": "good", "violated": "bad"}.get(v["verdict"], "note"),
            ),
        ]
        for v in sorted(verdicts, key=lambda v: -(v["worst_ratio"] or 0.0))
    ]
    head: list[Cell] = [
        "what must fit",
        "window, h",
        "windows",
        "violated",
        "worst ratio",
        "verdict",
    ]
    caption = (
        "What must fit together, from the site's topology and its heat meters (EN 1434). Worst "
        "ratio: the largest residual over its tolerance; above 1 a check is violated."
    )
    verdict_table = table(caption, head, rows, class_="sortable")
    parts = [tag("h2", "Cross-checks")]
    findings = plain["findings"]
    if findings:
        said: list[list[Cell]] = [[f["from"], f["to"], f["says"]] for f in findings[:LISTED]]
        left = f" The first {LISTED} of {len(findings)}." if len(findings) > LISTED else ""
        caption = "Who disagrees: a signal is named where its fault alone explains what fails."
        parts.append(table(caption + left, ["from", "to", "finding"], said, class_="findings"))
    return tag("section", *parts, verdict_table, id="cross-checks")


def _details(details: list[Any]) -> Markup:
    if not details:
        return Markup("")
    return tag(
        "section", tag("h2", "The worst signals"), *(figure(f) for f in details), id="details"
    )
