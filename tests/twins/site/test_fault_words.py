"""Keys, kinds, words and quantities that are not what they should be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rami.core.errors import Problem
from tests.twins.site.conftest import Changes, Told
from twins.site import mending

CASES = [
    # keys, kinds and words
    ("version: 1", "version: 2", "version", "'2'|2 is not known"),
    ("version: 1", "version: '1'", "version", "'1' is not known here; wanted 1"),
    ("version: 1", "version: 1\nextra: 3", "extra", "unknown key 'extra'"),
    ("  start: 2019-01-14T00:00+01:00\n", "", "clock", "key 'start' is missing"),
    ("kind: carnot,", "", "hp.cop", "key 'kind' is missing; wanted one of carnot, constant"),
    ("{kind: boiler, network: hnht", "{kind: 3, network: hnht", "boiler_hnht", "unknown kind: 3"),
    ("mode: simulate\n", "mode: control\n", "hts.mode", "control needs a plant"),
    ("      hex_hnht:", "      HEX hnht:", "components", "'HEX hnht' is no name"),
    ("engines: 2", "engines: 2.5", "chp.engines", "wanted a whole number"),
    ("seed: 2019", "seed: [1]", "data.seed", "wanted a whole number, got a list"),
    ("layers: ", "layers: 1 # ", "hs.layers", "1 is out of range; wanted at least 2"),
    ("dhs: [dhs]", "dhs: dhs", "owners.dhs", "wanted a list, got 'dhs'"),
    ("  duration: 14 d\n  step", "  duration:\n  step", "clock.duration", "got nothing"),
    # quantities
    ("power_max: 3 MW", "power_max: -3 MW", "hs.power_max", "wanted more than 0 kW"),
    ("usable: 95 degC", "usable: 95 °F", "hs.usable", "not a temperature"),
    ("start_content: 0.5", "start_content: .inf", "hs.start_content", "not a share"),
    ("approach: 4 K", "approach: 4 degC", "cooling_tower.approach", "unit 'degC'"),
    ("water: 7 t}", "water: yes}", "circuit.water", "'yes' is not a mass"),
]


@pytest.mark.parametrize(("old", "new", "path", "words"), CASES)
def test_fault(old: str, new: str, path: str, words: str, told: Told) -> None:
    told(old, new, path, words)


def test_a_number_in_quotes_hides_no_other_fault(
    problems: Callable[[Changes], list[Problem]],
) -> None:
    found = problems({"version: 1": "version: '1'", "seed: 2019": "seeds: 2019"})
    assert [p.where.rpartition(": ")[2] for p in found] == ["version", "data.seeds"]


def test_a_mending_that_mends_nothing_ends(
    monkeypatch: pytest.MonkeyPatch, problems: Callable[[Changes], list[Problem]]
) -> None:
    monkeypatch.setattr(mending, "mend", lambda errors, root, faults: True)
    (problem,) = problems({"seed: 2019": "seeds: 2019"})
    assert "unknown key 'seeds'" in problem.what
