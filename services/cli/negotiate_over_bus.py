"""`rami negotiate --over bus`: every owner in a process of its own, around a broker."""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rami.communication.service.message import Message
from rami.communication.service.payload import KeyFigures, Measurement
from rami.core.errors import ConfigurationError, Problem, RunError
from services.cli.output import note, print_json, print_table, say

if TYPE_CHECKING:
    from services.negotiation.demonstration import Heard

#: s beyond the talks' own bounds in which a day is over: planning, metering
_DAY_S = 300.0


def over_bus(
    file: str, out: Path, steps: str, days: int | None, groups: int | None, json: bool
) -> None:
    """Live the days over a broker, and once more in this process; print both side by side."""
    from services.cli.site import reference_site
    from services.negotiation.demonstration import lived, prepared, running
    from services.negotiation.loading import named, section_of
    from services.negotiation.week import LivedDistrict
    from twins.site import load_site

    if steps not in ("1", "2"):
        hint = "`--steps 1` or `--steps 2`; 3 needs everybody's data in one process"
        raise ConfigurationError([Problem("--steps", f"{steps!r} over a bus", hint)])
    path = named(file).resolve()
    section = section_of(path)
    if (groups or days) and "file" not in section:
        raise ConfigurationError([Problem(str(path), "a district within a site keeps its size")])
    section |= {k: v for k, v in (("groups", groups), ("days", days)) if v is not None}
    folder = (out / "bus").resolve()
    if folder.exists():
        raise RunError(f"{folder} is there already; remove it, or take another --out")
    made = prepared(folder, reference_site(), section, int(steps))
    district = load_site(made.site).declaration.district
    assert district is not None
    bounds = district.negotiation
    seconds = bounds.gather + (district.days + 1) * (bounds.deadline + _DAY_S)
    with running(made) as heard:
        told = lived(made, heard, district.days + 1, seconds, note)
    note("once more in this process, to compare")
    alone = LivedDistrict(district)
    alone.table.bounded = False
    found = alone.live(int(steps))
    plants = [p.series["plant"] for p in _plants(heard)][1:]
    rows = []
    for i, (day, bus, plant) in enumerate(zip(found.days, told[1:], plants, strict=True), 1):
        deal = day.talk.deal if day.talk is not None else None
        paid = dict(deal.paid) if deal and deal.made else {}
        rows.append({
            "day": i, "deal": _value(bus, "deal") > 0, "rounds": round(_value(bus, "rounds")),
            "gain_EUR": _value(bus, "gain"),
            "paid_over_bus_EUR": _by_owner(_paid(bus), alone.table.owner_of),
            "paid_in_process_EUR": _by_owner(paid, alone.table.owner_of),
            "same_payments": _paid(bus) == paid, "same_heat": plant == day.plant.tolist(),
        })  # fmt: skip
    size = sum(len(text) for _, text in heard.texts)
    result = {
        "district": district.district, "owners": list(made.owners), "step": int(steps),
        "messages": len(heard.texts), "bytes": size,
        "kinds": _kinds(heard), "days": rows,
    }  # fmt: skip
    text = json_text.dumps(result, indent=1, ensure_ascii=False)
    (out / "bus.json").write_text(text + "\n", encoding="utf-8")
    if json:
        print_json(result)
        return
    cells = []
    for row in rows:
        for owner, euro in row["paid_over_bus_EUR"].items() or [("-", 0.0)]:
            other = row["paid_in_process_EUR"].get(owner, 0.0)
            cells.append([row["day"], row["rounds"], owner, f"{euro:.2f}", f"{other:.2f}"])
    print_table(["day", "rounds", "owner", "paid over the bus, EUR", "in process, EUR"], cells)
    same = all(r["same_payments"] and r["same_heat"] for r in rows)
    words = "the same bytes" if same else "NOT the same"
    say(f"payments and heat at the plant: {words}; {len(heard.texts)} messages, "
        f"{size / 1e6:.1f} MB; written: {out / 'bus.json'}, {folder}")  # fmt: skip
    if not same:
        raise RunError("the talks over the bus ended otherwise than in process; see bus.json")


def _plants(heard: Heard) -> list[Measurement]:
    texts = [text for topic, text in heard.texts if topic.endswith("/measurement/plant")]
    found = [Message.decode(text).payload for text in texts]
    return [p for p in found if isinstance(p, Measurement)]


def _value(figures: KeyFigures, name: str) -> float:
    return figures.figures.get(name, (0.0, ""))[0]


def _paid(figures: KeyFigures) -> dict[str, float]:
    return {
        n.removeprefix("paid."): v for n, (v, _) in figures.figures.items() if n.startswith("paid.")
    }


def _by_owner(paid: Mapping[str, float], owner_of: Mapping[str, str]) -> dict[str, float]:
    total: dict[str, float] = {}
    for name, euro in paid.items():
        total[owner_of[name]] = total.get(owner_of[name], 0.0) + euro
    return {owner: round(euro, 2) + 0.0 for owner, euro in sorted(total.items())}


def _kinds(heard: Heard) -> dict[str, int]:
    count: dict[str, int] = {}
    for topic, _ in heard.texts:
        kind = topic.split("/")[4]
        count[kind] = count.get(kind, 0) + 1
    return dict(sorted(count.items()))
