"""Many faults of different kinds in one file are all told in one pass, each at its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError
from tests.twins.site.conftest import Changes, line_of
from twins.site import load_site

#: old text -> (new text, words of the problem)
FAULTS = {
    "control_step: 10 s": ("control_step: 7 s", "not a multiple of the control_step"),
    "power: 4 MW, hot: [115": ("power: 4 MWh, hot: [115", "unit 'MWh' does not measure power"),
    "primary: dhs.dhs": ("primary: dhs.dsh", "did you mean 'dhs.dhs'?"),
    "kind: heat_pump": ("kind: heatpump", "did you mean 'heat_pump'?"),
    "evaporator: iess.cn": ("evaporator: iess.hnht", "wanted a cooling network"),
    "volume: 252 m3": ("volume: 252", "needs a unit"),
    "storage: hs\n": ("storage: hss\n", "did you mean 'hs'?"),
    "efficiency_el: 0.40": ("efficiency_el: 140 %", "out of range"),
    "power: 2.6 MW, return_temperature: 32": (
        "power: 2.6 MW, return_temperature: 12",
        "a heat consumer belongs",
    ),
    "seed: 2019\n": ("seed: 2019\n  seed: 2020\n", "given twice"),
    "  horizon: 24 h": ("  horizont: 24 h", "did you mean 'horizon'?"),
    "cost_basis: marginal": ("cost_basis: marginel", "did you mean 'marginal'?"),
    "dhs: [dhs]": ("dhs: [dhs, hts2]", "no twin 'hts2'"),
    "winter: 2019-01-14T00:00+01:00": ("winter: 2019-01-14T00:00", "no time zone"),
}


def test_all_faults_in_one_pass(changed: Callable[[Changes], Path]) -> None:
    file = changed({old: new for old, (new, _) in FAULTS.items()})
    with pytest.raises(ConfigurationError) as caught:
        load_site(file)
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == len(FAULTS)
    for new, words in FAULTS.values():
        line = line_of(file, new.rstrip("\n").splitlines()[-1])
        if "control_step" in new:
            line = line_of(file, "  step: 60 s")  # the step that is no multiple is told
        places = [t for t in told if t.startswith(f"{file}:{line}:") and words in t]
        assert len(places) == 1, (new, words, told)
    assert caught.value.exit_code == 2


def test_they_come_in_the_order_of_the_lines(changed: Callable[[Changes], Path]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_site(changed({old: new for old, (new, _) in FAULTS.items()}))
    lines = [int(p.where.split(":")[1]) for p in caught.value.problems]
    assert lines == sorted(lines)


@pytest.mark.parametrize("old", FAULTS)
def test_each_fault_alone_is_one_problem(old: str, changed: Callable[[Changes], Path]) -> None:
    new, words = FAULTS[old]
    with pytest.raises(ConfigurationError, match=r".") as caught:
        load_site(changed({old: new}))
    (problem,) = caught.value.problems
    assert words in str(problem)
