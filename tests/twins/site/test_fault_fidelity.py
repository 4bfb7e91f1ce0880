"""Faults of the section `fidelity`: patterns that name nothing, units that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.twins.site.conftest import Changes, Told
from twins.site import load_site

HTS = "  hts:\n"


def fidelity(*lines: str) -> str:
    return f"{HTS}    fidelity:\n" + "".join(f"      {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("entry", "path", "words"),
    [
        ("points: {hp.T_cond: 2 K}", "fidelity.points.hp.T_cond", "names no measured point"),
        ("points: {hp.u: 2 %}", "fidelity.points.hp.u", "'hp.u' names no measured point"),
        ("points: {hp.P_el: 2 K}", "fidelity.points.hp.P_el", "unit 'K' does not measure power"),
        ("points: {'hp.T_*': 0 K}", "fidelity.points.hp.T_*", "allows nothing"),
        ("points: {hp.P_el: 5}", "fidelity.points.hp.P_el", "5 needs a unit"),
        ("noise: {hs.T_1: 3 % or 2 kW}", "fidelity.noise.hs.T_1", "unit 'kW' does not measure"),
        ("noise: {hp.COP: -3 %}", "fidelity.noise.hp.COP", "allows nothing"),
        ("window: 2 kW", "fidelity.window", "kW"),
        ("punkte: {}", "fidelity", "punkte"),
    ],
)
def test_what_does_not_fit_is_told_at_its_place(
    told: Told, entry: str, path: str, words: str
) -> None:
    told(HTS, fidelity(entry), path, words)


def test_what_fits_is_read(changed: Callable[[Changes], Path]) -> None:
    lines = ("window: 5 min", "points: {'*.T_*': 3 K, hp.P_el: 5 % or 20 kW, 'hex_*.m_*': 8 %}")
    declared = load_site(changed({HTS: fidelity(*lines)})).twins["hts"].fidelity
    assert declared is not None
    assert declared.window == 300.0
    assert declared.points["hp.P_el"] == "5 % or 20 kW"
