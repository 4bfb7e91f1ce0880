"""Water in trees of pipes: energy closes, plugs arrive late, hotter water loses more."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.asset.district.section import Section
from rami.functional.district.plug_flow import Pipes, delay_steps, pump_power
from rami.functional.district.tree import Tree, friction


def drawn(seed: int, count: int) -> Tree:
    random = np.random.default_rng(seed)
    after = np.array([-1, *(int(random.integers(-1, i)) for i in range(1, count))])
    return Tree(
        tuple(f"s{i}" for i in range(count)), after, random.uniform(2e3, 4e4, count),
        random.uniform(0.01, 0.3, count), np.full(count, 60.0), np.full(count, 0.4), 8.0,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12), st.sampled_from([0.25, 0.5, 1.0]))
def test_energy_closes_on_drawn_trees(seed: int, count: int, step_h: float) -> None:
    tree, random = drawn(seed, count), np.random.default_rng(seed + 1)
    pipes = Pipes(tree, step_h, 80.0, 45.0)
    demand = random.uniform(0, 400, (count, 30)) * (random.random((count, 30)) > 0.1)
    back = np.full((count, 30), 45.0)
    before = pipes.content
    flowed = pipes.run(demand, back, random.uniform(70, 100, 30))
    put_in = (flowed.plant - flowed.lost - demand.sum(axis=0)).sum() * step_h
    assert abs(put_in - (pipes.content - before)) < 1e-8 * max(before, 1.0)


def test_a_hotter_plug_arrives_after_the_delay() -> None:
    tree = Tree(("a",), np.array([-1]), np.array([36000.0]), np.array([0.0]),
                np.array([50.0]), np.array([0.3]), 8.0)  # fmt: skip
    pipes = Pipes(tree, 0.5, 80.0, 45.0)
    supply = np.full(12, 80.0)
    supply[2:] = 90.0
    # 36 t at 5 kg/s are two hours, four steps
    demand = np.full((1, 12), 5.0 * 4.19 * 35.0)
    flowed = pipes.run(demand, np.full((1, 12), 45.0), supply)
    assert delay_steps(tree, flowed.flow[:, :2], 0.5)[0] == 4.0 or np.isclose(
        delay_steps(tree, flowed.flow[:, :2], 0.5)[0], 4.0
    )
    assert np.allclose(flowed.arrived[0, :6], 80.0)
    assert np.allclose(flowed.arrived[0, 7:], 90.0)
    # more heat at once, less flow when it has arrived
    assert flowed.plant[2] > flowed.plant[1] * 1.2
    assert flowed.flow[0, -1] < flowed.flow[0, 0]


def test_hotter_water_loses_more_and_needs_less_flow() -> None:
    tree = drawn(3, 8)
    demand, back = np.full((8, 40), 150.0), np.full((8, 40), 45.0)
    cold, hot = (Pipes(tree, 0.5, t, 45.0).run(demand, back, np.full(40, t)) for t in (75.0, 95.0))
    assert hot.lost.sum() > cold.lost.sum()
    assert hot.flow.sum() < cold.flow.sum()
    assert hot.pump.sum() < cold.pump.sum()


def test_pumps_lift_the_whole_flow_over_the_worst_way() -> None:
    tree = drawn(3, 6)
    flow = tree.flows(np.full((6, 2), 10.0) * np.array([1.0, 2.0]))
    once, twice = pump_power(tree, flow)
    lost = tree.drop * (flow[:, 0] / tree.flow_max) ** 2
    worst = max(lost[on].sum() for on in tree.path())
    roots = flow[tree.after < 0, 0].sum()
    assert once == (worst + tree.at_consumers) * roots * 0.1 / 0.6
    # friction goes with the square of the flow, the consumer's substation keeps its pressure
    friction_of = (once - tree.at_consumers * roots / 6, twice - 2 * tree.at_consumers * roots / 6)
    assert np.isclose(friction_of[1], 8 * friction_of[0])


def test_friction_is_that_of_textbooks() -> None:
    # DN 300 at 2 m/s loses some 100 Pa/m (Frederiksen and Werner, District heating and cooling)
    flow = 2.0 * 972 * np.pi / 4 * 0.3**2
    pair = Section.model_validate(
        {"water": f"{np.pi / 4 * 0.3**2 * 1000} m3", "loss": "1 kW/K", "flow_max": f"{flow} kg/s"}
    )
    assert 90 < friction(pair) * 1e5 / 2000 < 130
