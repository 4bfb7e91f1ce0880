"""The demo district's network in steady state against pandapipes: temperatures, flows, losses."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rami.asset.water import DENSITY, HEAT_CAPACITY
from rami.core.frame import Values
from rami.functional.district.plug_flow import Flowed, Pipes
from rami.functional.district.tree import CAPACITY, Tree, tree
from services.negotiation.loading import load_district
from tests.conftest import REPOSITORY

SUPPLY, BACK = 95.0, 52.0
#: of water at 80 degC, Pa s
VISCOSITY = 3.5e-4


@cache
def declared() -> Any:
    return load_district(REPOSITORY / "examples/utilities/demo_engines.yaml")


def network() -> tuple[Tree, Values]:
    """Our tree, and a cold morning's demand of each section (kW): two thirds of its capacity."""
    water = declared().network
    own = tree(water)
    share = np.array([s.share for s in water.sections.values()])
    roots = own.flow_max[own.after < 0].sum()
    return own, 2 / 3 * share * roots * HEAT_CAPACITY * (SUPPLY - BACK)


def ours(own: Tree, demand: Values) -> Flowed:
    """The last step of two days on which nothing changes."""
    steps = 96
    pipes = Pipes(own, 0.5, SUPPLY, BACK)
    flat = np.repeat(demand[:, None], steps, axis=1)
    return pipes.run(flat, np.full(flat.shape, BACK), np.full(steps, SUPPLY))


@cache
def theirs() -> list[dict[str, Any]]:
    """Pandapipes on pipes of the same content, loss and design speed (2 m/s): with the constant
    properties of our water, and with those of its own."""
    python = os.environ.get("PANDAPIPES")
    if not python:
        pytest.skip("PANDAPIPES names no Python that has pandapipes: `make pandapipes`")
    own, demand = network()
    area = own.flow_max / DENSITY / 2.0
    diameter, length = np.sqrt(4 * area / np.pi), own.mass / DENSITY / area
    sections = [
        {"after": int(a), "length": n, "diameter": d, "u": k * 1000 / (np.pi * d * n),
         "demand": q * 1000}
        for a, n, d, k, q in zip(own.after, length, diameter, own.loss, demand, strict=True)
    ]  # fmt: skip
    asked = {
        "sections": sections, "supply": SUPPLY, "back": BACK, "ground": own.ground, "lift": 7.0,
        "pieces": 10,
    }  # fmt: skip
    script = Path(__file__).with_name("pandapipes_peer.py")
    same = [DENSITY, HEAT_CAPACITY * 1000, VISCOSITY]
    ran = subprocess.run(
        [python, str(script)],
        input=json.dumps([{**asked, "constant": same}, {**asked, "constant": None}]),
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("which", [0, 1], ids=["same water", "its own water"])
def test_temperatures_flows_and_losses_agree(which: int) -> None:
    own, demand = network()
    mine, peer = ours(own, demand), theirs()[which]
    assert own.count == 20
    assert mine.arrived[:, -1] == pytest.approx(np.array(peer["arrived"]), abs=0.01)
    assert mine.back[-1] == pytest.approx(peer["back"], abs=0.01)
    assert mine.flow[:, -1] == pytest.approx(np.array(peer["flow"]), rel=(2e-4, 3e-3)[which])
    if which == 0:
        roots = np.array(peer["flow"])[own.after < 0].sum()
        plant = roots * 3600 * CAPACITY * (SUPPLY - peer["back"])
        lost = float(mine.plant[-1] - demand.sum())
        assert lost == pytest.approx(float(plant - demand.sum()), rel=0.005)


def test_pressure_is_lost_as_there_and_a_tenth_more_for_bends() -> None:
    own, demand = network()
    flow = ours(own, demand).flow[:, -1]
    drop = own.path().astype(float) @ (own.drop * (flow / own.flow_max) ** 2)
    for peer in theirs():
        ratio = drop / np.array(peer["drop"])
        assert ratio.min() > 1.05
        assert ratio.max() < 1.11
