"""Energy, money and emissions close in a real run, and the checks can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rami.business.closure import Closure, check_closure
from rami.business.settlement import settle
from rami.core.frame import Frame
from services.loop.cosimulation import Cosimulation
from services.study.job import JobResult
from tests.services.conftest import ReadySite


@pytest.fixture(scope="module")
def result(reference: ReadySite) -> JobResult:
    return reference.run("marginal", 24)


def _closure(reference: ReadySite, result: JobResult, metered: Frame) -> Closure:
    site, prices = reference.site, result.prices
    settlement = settle(site.topology, site.business.owners, prices, result.evaluation.metered)
    stored = {t: metered[f"{t}.balance.stored"] for t in site.topology.twins}
    return check_closure(site.topology, prices, metered, settlement, stored)


def _changed(metered: Frame, column: str, change: Callable[..., object]) -> Frame:
    values = metered.values.copy()
    place = metered.place(column)
    values[:, place] = change(values[:, place])
    return replace(metered, values=values)


def test_every_mode_closes(reference: ReadySite, result: JobResult) -> None:
    for done in (result, reference.run("average", 24), reference.run("baseline", 24)):
        closure = done.evaluation.closure
        assert closure.holds, closure.broken()
        assert closure.energy_rel < 1e-9


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("iess.boiler_hnlt.E_fuel", np.zeros_like),
        ("hts.hex_hnht_border.E", np.negative),
        ("dhs.hts_hex_dhs_in.E", lambda kwh: np.roll(kwh, 1)),
        ("hts.hs.E_loss", lambda kwh: 1.01 * kwh),
        ("iess.production.E", lambda kwh: 1.0001 * kwh),
    ],
    ids=["dropped meter", "flipped sign", "wrong step", "wrong loss", "wrong factor"],
)
def test_a_wrong_register_is_found(
    reference: ReadySite, result: JobResult, column: str, change: Callable[..., object]
) -> None:
    metered = result.evaluation.metered
    assert np.abs(metered[column]).sum() > 0.0
    assert _closure(reference, result, metered).holds
    assert not _closure(reference, result, _changed(metered, column, change)).holds


def test_heat_exchanged_a_step_late_is_found(
    reference: ReadySite, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_time = Cosimulation.hand_over

    def late(plant: Cosimulation, seconds: float) -> None:
        before = {t: plant.inputs[t].copy() for t in plant.networks}
        in_time(plant, seconds)
        for twin, inputs in before.items():
            now = plant.inputs[twin].copy()
            plant.inputs[twin][:] = inputs
            before[twin] = now

    monkeypatch.setattr(Cosimulation, "hand_over", late)
    assert not reference.run("marginal", 3).evaluation.closure.holds
