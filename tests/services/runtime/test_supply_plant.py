"""A supply system on its plant beside a simulated station, and a plant without some points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rami.communication.live_site import Verb
from rami.core.points import PointIndex
from rami.integration.live_model import LiveModel
from services.assemble.live import live_points
from services.emulate.backend import EmulatedBackend
from services.emulate.settings import Settings
from tests.services.conftest import ReadySite
from tests.services.runtime.rig import Rig, emulated, live

Ready = Callable[[Mapping[str, Any], Path], ReadySite]


@pytest.fixture
def site(ready: Ready, reference_site_declaration: dict[str, Any], tmp_path: Path) -> ReadySite:
    declared = deepcopy(reference_site_declaration)
    for twin in ("iess", "hts"):
        declared["twins"][twin]["fidelity"] = {"window": "300 s"}
        declared["twins"][twin]["guard"] = {"inputs": {"*.u": {"rate": "10 %/min"}}}
    return ready(declared, tmp_path)


def _up(rig: Rig, twin: str) -> None:
    """To control, whatever the comparison says."""
    rig.run(2)
    assert rig.ask(Verb.MODE, twin=twin, mode="shadow").done
    rig.run(6)
    beside = rig.opened.modes[twin].switch.beside
    assert beside is not None
    assert beside.verdict.known
    rig.opened.modes[twin].switch.beside = _Agreeing(beside)
    for mode in ("advise", "control"):
        reply = rig.ask(Verb.MODE, twin=twin, mode=mode)
        assert reply.done, reply.why
        rig.run(1)


class _Agreeing:
    """Another `Beside`, whose verdict is always good."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def verdict(self) -> Any:
        return type(self._inner.verdict)(self._inner.verdict.at_ns)

    def against_model(self) -> tuple[str, ...]:
        return ()


def _registers(rig: Rig) -> np.ndarray:
    couplings = rig.opened.run.loop.plant.site.couplings
    return np.array(
        [
            [rig.output(c.twin, f"{c.border}.E"), rig.output(c.network_twin, f"{c.exchange}.E")]
            for c in couplings
        ]
    )


def test_a_supply_system_is_taken_over(site: ReadySite, tmp_path: Path) -> None:
    with live(site, tmp_path / "run", {"iess": emulated(site, "iess")}) as rig:
        _up(rig, "iess")
        switch = rig.opened.modes["iess"].switch
        begun = _registers(rig)
        places = [i for i, n in enumerate(switch.edge.inputs.names) if n.endswith(".u")]
        before, swaps = switch.positions().copy(), {6: "model", 12: "plant"}
        for minute in range(16):
            if minute in swaps:
                assert rig.ask(Verb.SWAP, twin="iess", backend=swaps[minute]).done
                if swaps[minute] == "plant":
                    before = switch.positions().copy()
            rig.run(1)
            now = switch.positions().copy()
            assert np.isfinite(switch.told).all()
            assert np.abs(now - before)[places].max() <= 0.1 + 1e-9
            if minute in swaps:
                assert now.tolist() == before.tolist(), "from where the actuators stand"
            before = now
        dhs = [c.network_twin == "dhs" for c in rig.opened.run.loop.plant.site.couplings]
        counted = np.abs(_registers(rig) - begun)
        # the plant's own registers stand for the station's heat but for their resolution
        np.testing.assert_allclose(counted[dhs, 0], counted[dhs, 1], rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(counted[:, 0], counted[:, 1], rtol=0.02, atol=1.0)


def test_a_plant_without_some_points(site: ReadySite, tmp_path: Path) -> None:
    inputs, outputs = live_points(site.site, "hts")
    fewer_in = PointIndex(p for p in inputs.points if not p.name.startswith("ih."))
    fewer_out = PointIndex(p for p in outputs.points if ".E" not in p.name)
    topology = site.site.topology.twins["hts"]

    def plant(clock: Callable[[], int]) -> LiveModel:
        backend = lambda: EmulatedBackend(topology, Settings(seed=3, scan_s=10.0))  # noqa: E731
        return LiveModel(backend, fewer_in, fewer_out, clock)

    with live(site, tmp_path / "run", {"hts": plant}) as rig:
        _up(rig, "hts")
        rig.run(5)
        switch = rig.opened.modes["hts"].switch
        begun = _registers(rig)
        assert switch.positions()[switch.edge.inputs["ih.u"]] == 0.0
        assert "hts.ih.u" not in switch.advice
        for backend in ("model", "plant"):
            assert rig.ask(Verb.SWAP, twin="hts", backend=backend).done
            rig.run(3)
        counted = np.abs(_registers(rig) - begun)
        np.testing.assert_allclose(counted[:, 0], counted[:, 1], rtol=1e-9, atol=1e-6)
