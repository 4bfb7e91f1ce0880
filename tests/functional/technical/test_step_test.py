from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rami.asset.topology import SiteTopology
from rami.functional.technical import Tuning, tune_station

Open = Callable[[SiteTopology, str], Any]


def test_every_loop_answers_as_its_feedforward_says(tuning: Tuning) -> None:
    assert len(tuning.loops) == 12
    for loop in tuning.loops:
        # a correction of 1 kW or 1 K moves the controlled value by about that much
        assert 0.6 < loop.gain < 1.3, loop
        assert 0.0 <= loop.delay < 20.0
        assert 2.0 < loop.lag < 150.0
        assert loop.kp > 0.0
        chr_holds = loop.lag / (loop.delay + 10.0) > 3.0
        assert loop.rule.startswith("CHR") == chr_holds


def test_the_compressor_is_found_as_declared(tuning: Tuning) -> None:
    compressor = next(t for t in tuning.loops if t.actuator == "hp.u")
    assert compressor.lag == pytest.approx(60.0, abs=1.0)
    assert compressor.gain == pytest.approx(1.0, abs=0.01)


def test_twice_the_same_bytes_and_the_plant_untouched(
    site: SiteTopology, open_twin: Open, tuning: Tuning
) -> None:
    plant = open_twin(site, "hts")
    before = np.array(plant.read())
    assert tune_station(site.twins["hts"], plant).to_json() == tuning.to_json()
    assert np.array_equal(plant.read(), before)


def test_a_dead_actuator_gets_calm_settings_that_say_so(
    site: SiteTopology, open_twin: Open
) -> None:
    plant = open_twin(site, "hts")
    place = plant.inputs["hex_hnlt_valve.u"]
    step = plant.step

    def stuck(inputs: Any, seconds: float) -> Any:
        values = inputs.copy()
        values[place] = 0.0
        return step(values, seconds)

    plant.step = stuck
    tuned = {t.actuator: t for t in tune_station(site.twins["hts"], plant).loops}
    assert tuned["hex_hnlt_valve.u"].rule.startswith("lambda, assumed")
    assert 0.0 < tuned["hex_hnlt_valve.u"].kp < 1.0
    assert not tuned["hex_dhs_out_valve.u"].rule.startswith("lambda, assumed")
