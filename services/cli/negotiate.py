"""`rami negotiate`: a district's owners, from nobody talks to one joint plan."""

from __future__ import annotations

import json as json_text
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem, RunError
from services.cli.output import note, print_json, print_table, say

_SHOWN = (
    ("cost_EUR", "cost, EUR", 0),
    ("co2_t", "CO2, t", 1),
    ("morning_peak_mean_kW", "morning peak, kW", 0),
    ("outside_band_Kh", "outside band, K h", 1),
    ("discomfort_EUR", "discomfort, EUR", 0),
)


def negotiate(
    file: str, out: Path, steps: str, days: int | None, groups: int | None, json: bool
) -> None:
    """Live the days, write results.json and report.html, print the comparison."""
    from services.negotiation.loading import load_district, named
    from services.negotiation.side_by_side import WORDS, as_json, compare
    from services.report.negotiation import write_page

    chosen = _steps(steps)
    path = named(file)
    district = load_district(path)
    if days is not None:
        district = district.model_copy(update={"days": days})
    if groups is not None:
        from rami.asset.district.scaling import scaled

        district = scaled(district, groups)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{out}: cannot be made: {error.strerror or error}") from None
    found = compare(district, chosen, note)
    told = as_json(found, path)
    text = json_text.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)
    try:
        (out / "results.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise RunError(f"{out}: cannot be written: {error.strerror or error}") from None
    write_page(found, told, out / "report.html")
    if json:
        print_json(told)
        return
    figures = {k: r.figures() for k, r in found.steps.items()}
    rows = [[w, *(round(f[key], d) for f in figures.values())] for key, w, d in _SHOWN]
    print_table(["figure", *(f"{k}: {WORDS[k]}" for k in figures)], rows)
    say(f"written: {out / 'report.html'}, {out / 'results.json'}")


def _steps(text: str) -> list[int]:
    try:
        chosen = sorted({int(s) for s in text.split(",")})
    except ValueError:
        chosen = [-1]
    if not chosen or not set(chosen) <= {0, 1, 2, 3}:
        hint = "e.g. 0,1,2"
        raise ConfigurationError([Problem("--steps", f"{text!r}: wanted some of 0, 1, 2, 3", hint)])
    return chosen
