"""The demand of a day by group, told with its history, its quality and its balance."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.payload import Alarm, KeyFigures, Measurement, QualityReport
from rami.core.frame import Values
from rami.core.historian import Aggregation, Store
from rami.core.quality import Family, Reason, is_bad, quality
from rami.core.signal import Rows, Signal
from rami.core.timegrid import TimeGrid, iso
from rami.functional.district.split import EngineeringData
from rami.functional.district.tree import tree
from services.utility.loading import Utility, load_utility
from services.utility.work import said
from services.utility.work.balance import NOWHERE, Balance, balance
from services.utility.work.engineering import read_groups
from services.utility.work.meter_ingest import opened_dataset
from services.utility.work.metered import Metered, metered
from services.utility.work.plant_data import AIR
from services.utility.work.watch import note_seconds

if TYPE_CHECKING:
    from rami.communication.service.settings import Place
    from services.utility.kinds.group_demand import GroupDemandConfiguration

#: how the signals of groups begin
PREFIX = "demand."
#: days of weather that buildings still feel
_FELT = 5
#: return temperature where none is measured, degC
_BACK = 45.0
#: share of measured intervals from which on a group counts as measured
_WELL = 0.75


def group_demand(
    configuration: GroupDemandConfiguration, name: str, place: Place
) -> FunctionService:
    """The service of a configuration."""
    c, utility = configuration, load_utility(place.file)
    data = read_groups(utility.folder / c.engineering.file) if c.engineering else None

    def run(inbox: Inbox) -> list[Said]:
        day = said.day_before(inbox.now_ns)
        seconds: dict[str, float] = {}
        store = utility.open_store()
        try:
            found = Metered()
            if c.dataset is not None:
                dataset = opened_dataset(utility, c.dataset, f"service {name}", inbox.now_ns)
                found = metered(c, dataset, store, day)
                seconds |= found.figures.seconds
            begun = perf_counter()
            closed = _balance(c, utility, inbox, day, found, data)
            past, powers = _kept(store, utility, c, day, closed, found)
            seconds["history"] = perf_counter() - begun
        finally:
            store.close()
        note_seconds(utility.folder, name, iso(day.start_ns)[:10], seconds)
        why, valid_s = _provenance(found, closed), 2 * c.period
        told = [
            Said(_measured(past, {n: powers[n] for n in names}), valid_s, subject, reason=why)
            for subject, names in said.parts(powers)
        ]
        return [*told, *_figures(c, day, found, closed, valid_s)]

    return FunctionService(c.declaration(name), run, place.site)


def _balance(
    c: GroupDemandConfiguration, utility: Utility, inbox: Inbox, day: TimeGrid, found: Metered,
    data: EngineeringData | None,
) -> Balance:  # fmt: skip
    felt = TimeGrid(day.end_ns - _FELT * said.DAY_NS, said.STEP_NS, _FELT * 24)
    air = said.measured(inbox, "weather", felt).get(AIR, np.full(felt.count, np.nan))
    water, heat = (said.measured(inbox, what, day) for what in ("water", "plant"))
    network = utility.district.network
    plant = next(iter(heat.values())) if heat else np.full(day.count, np.nan)
    usual = network.supply_min + 15.0
    supply = np.nan_to_num(water.get("supply", np.full(day.count, usual)), nan=usual)
    back = np.nan_to_num(water.get("back", np.full(day.count, _BACK)), nan=_BACK)
    others = data.without(set(found.powers)) if data is not None else None
    return balance(
        plant, supply, back, _filled(air), tree(network), found.powers, others, c.engineering
    )


def _filled(air: Values) -> Values:
    """Gaps held, what lies before the first value like it; 0 degC where nothing is known."""
    good = np.flatnonzero(np.isfinite(air))
    if not len(good):
        return np.zeros_like(air)
    at = np.maximum(np.searchsorted(good, np.arange(len(air)), "right") - 1, 0)
    return np.asarray(air[good[at]])


def _kept(
    store: Store, utility: Utility, c: GroupDemandConfiguration, day: TimeGrid, closed: Balance,
    found: Metered,
) -> tuple[TimeGrid, dict[str, Values]]:  # fmt: skip
    """The day into the historian, and all that is known of groups in the history told."""
    powers = found.powers | closed.shared | {NOWHERE: closed.rest}
    names = sorted(powers)
    store.declare(Signal(PREFIX + n, "power") for n in names)
    guessed = np.uint32(quality(Family.UNCERTAIN, Reason.ESTIMATED))
    status = [
        np.uint32(0) if n in found.shares and found.shares[n][0] >= _WELL else guessed
        for n in names
    ]
    table = np.array([powers[n] for n in names])
    rows = Rows(
        tuple(PREFIX + n for n in names),
        np.repeat(np.arange(len(names), dtype=np.int32), day.count),
        np.tile(day.times(), len(names)),
        np.round(table, said.DIGITS).ravel(),
        np.repeat(np.array(status, np.uint32), day.count),
    )
    store.write(rows.where(np.isfinite(rows.values)))
    back = min(round(c.history * 1e9), max(day.end_ns - utility.since_ns, said.DAY_NS))
    count = back // said.STEP_NS
    past = TimeGrid(day.end_ns - count * said.STEP_NS, said.STEP_NS, count)
    signals = [s.name for s in store.signals(f"{PREFIX}*")]
    frame = store.read(signals, past, Aggregation.MEAN)
    values = np.where(is_bad(frame.quality), np.nan, frame.values)
    some: list[bool] = np.asarray(np.isfinite(values).any(axis=0)).tolist()
    return past, {n.removeprefix(PREFIX): values[:, i] for i, n in enumerate(signals) if some[i]}


def _measured(past: TimeGrid, powers: dict[str, Values]) -> Measurement:
    series = {n: said.told(v) for n, v in powers.items()}
    return Measurement(grid=said.grid_of(past), unit="kW", quantity="power", series=series)


def _provenance(found: Metered, closed: Balance) -> str:
    words = []
    if found.powers:
        f = found.figures
        words.append(
            f"{f.customers} customers' meters in {len(found.powers)} groups: "
            f"{f.share(f.measured):.1%} measured, {f.share(f.drawn):.1%} drawn over gaps, "
            f"{f.share(f.estimated):.1%} estimated from their groups"
        )
    if closed.shared:
        words.append(
            f"{len(closed.shared)} groups without meters: what the plant gave less losses, "
            f"shared out by annual energy, floor area and degree hours"
        )
    return "; ".join(words)


def _figures(
    c: GroupDemandConfiguration, day: TimeGrid, found: Metered, closed: Balance, valid_s: float
) -> list[Said]:
    f = found.figures
    energy = {
        "plant": closed.plant, "losses": closed.loss, "rest": closed.rest,
        "metered": sum(closed.metered.values(), np.zeros(day.count)),
        "shared_out": sum(closed.shared.values(), np.zeros(day.count)),
    }  # fmt: skip
    figures: dict[str, tuple[float, str]] = {
        n: (round(float(p.sum()), 1), "kWh") for n, p in energy.items()
    }
    figures |= {
        "closure": (round(closed.closure, 3), "kWh"),
        "unmetered_share": (round(closed.unmetered, 6), "1"),
        "groups": (float(len(found.powers) + len(closed.shared)), "1"),
        "groups_untold": (float(found.withheld), "1"),
        "customers": (float(f.customers), "1"),
        "measured": (round(f.share(f.measured), 6), "1"),
        "drawn": (round(f.share(f.drawn), 6), "1"),
        "estimated": (round(f.share(f.estimated), 6), "1"),
    }
    figures |= {f"marked_{n}": (float(k), "1") for n, k in sorted(f.marked.items())}
    span = {"start": iso(day.start_ns), "end": iso(day.end_ns)}
    out = [Said(KeyFigures(figures=figures, **span), valid_s, "balance")]
    if found.shares:
        shares = {
            n: {"good": round(a, 4), "filled": round(b + e, 4), "missing": round(1 - a - b - e, 4)}
            for n, (a, b, e) in found.shares.items()
        }
        out.append(Said(QualityReport(shares=shares, **span), valid_s, "groups"))
    over = abs(closed.unmetered) > c.unmetered
    text = (
        f"{closed.unmetered:.1%} of the day's heat is metered nowhere, "
        f"declared are {c.unmetered:.1%} at most"
    )
    alarm = Alarm(
        source=NOWHERE, condition="heat metered nowhere", active=over, severity=500, text=text
    )
    return [*out, Said(alarm, valid_s, "balance")]
