"""Live backends of a site: the plant it declares, its model run as one, with the same points."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from rami.asset.capability import Snapshotable
from rami.asset.live import Commandable, Linked, Observable, Paced, Taken
from rami.core.errors import ConfigurationError
from rami.core.quality import is_good
from rami.core.signal import Rows, Signal
from rami.core.timegrid import NS, instant
from services.assemble.historian import open_store
from services.assemble.live import live_model, live_plant, live_points
from twins.site import load_site
from twins.site.site import Site

NOW = instant("2026-01-05T10:00Z")
START = instant("2023-05-02T08:00Z")
Made = Callable[[dict[str, Any]], Site]


@pytest.fixture
def made(reference_site_declaration: dict[str, Any], tmp_path: Path) -> Made:
    """The reference site with these backends of its station."""

    def make(backends: dict[str, Any]) -> Site:
        declared = reference_site_declaration
        declared["twins"]["hts"]["backends"] = backends
        declared["historian"] = {"kind": "duckdb", "folder": "history"}
        file = tmp_path / "site.yaml"
        file.write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
        return load_site(file)

    return make


def test_the_model_has_the_points_of_a_plant(made: Made) -> None:
    site = made({"model": {"kind": "native"}})
    model = live_model(site, "hts", {}, lambda: NOW)
    for capability in (Observable, Commandable, Linked, Paced, Snapshotable):
        assert isinstance(model, capability)
    model.open()
    assert (model.inputs.names, model.outputs.names) == tuple(
        index.names for index in live_points(site, "hts")
    )
    around = model.surroundings.starts() + 1.0
    model.surround(around)
    places = model.outputs.places(model.surroundings.names)
    np.testing.assert_array_equal(model.observe().values[places], around)
    chosen = np.zeros(len(model.inputs), np.bool_)
    chosen[model.inputs["ih.u"]] = True
    assert [a.taken for a in model.command(chosen.astype(float), chosen)] == [Taken.DONE]
    saved = model.save()
    model.advance(600.0)
    after = model.observe()
    assert after.values[model.outputs["ih.P_el"]] > 0.0
    model.advance(600.0)
    model.restore(saved)
    model.advance(600.0)
    np.testing.assert_array_equal(model.observe().values, after.values)
    model.close()


def test_a_recorded_experiment_of_a_heat_exchanger(made: Made, tmp_path: Path) -> None:
    """Columns, units and clock of the rig's own; German numbers; a hole in the record."""
    rows = ["Zeit;Tk aus [°C];Q;F1 [kg/h];Zähler"]
    for k in range(60):
        if k not in range(30, 40):
            numbers = (40 + k / 4, 250e3 + 1e3 * k, 3600.0, 1.5 + k / 1000)
            cells = ";".join(f"{n:.4f}".replace(".", ",") for n in numbers)
            rows.append(f"02.05.2023 10:{k:02};{cells}")
    (tmp_path / "rig.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "columns.yaml").write_text(
        "hex_hnht.T_cold_out: Tk aus [°C]\n"
        "hex_hnht.P: {column: Q, unit: W}\n"
        "hex_hnht.m_hot: F1 [kg/h]\n"
        "hex_hnht.E: {column: Zähler, unit: MWh}\n",
        encoding="utf-8",
    )
    plant = {
        "kind": "replay",
        "file": "rig.csv",
        "columns": "columns.yaml",
        "form": {"zone": "Europe/Berlin"},
        "optional": ["*"],
    }
    backend = live_plant(made({"plant": plant}), "hts", lambda: NOW)
    backend.open()
    names = ("hex_hnht.T_cold_out", "hex_hnht.P", "hex_hnht.m_hot", "hex_hnht.E")
    places = backend.outputs.places(names)
    np.testing.assert_allclose(backend.observe().values[places], [40.0, 250.0, 1.0, 1500.0])
    assert isinstance(backend, Paced)
    backend.advance(29 * 60.0)
    assert is_good(backend.observe().quality[places]).all()
    backend.advance(5 * 60.0)
    assert not is_good(backend.observe().quality[places]).any()
    backend.close()


def test_a_run_that_the_historian_keeps(made: Made) -> None:
    site = made({"plant": {"kind": "replay", "run": "winter.marginal", "optional": ["*"]}})
    name = "study.winter.marginal/hts.hex_hnht.P"
    with closing(open_store(site)) as store:
        store.declare([Signal(name, "power")])
        times = START + 60 * NS * np.arange(3, dtype=np.int64)
        store.write(Rows.of_series(name, times, np.array([1.0, 2.0, 3.0])))
    backend = live_plant(site, "hts", lambda: NOW)
    backend.open()
    assert isinstance(backend, Paced)
    backend.advance(60.0)
    assert backend.observe().values[backend.outputs["hex_hnht.P"]] == 2.0
    backend.close()


def test_a_twin_without_a_plant(made: Made) -> None:
    with pytest.raises(ConfigurationError, match=r"twins\.hts\.backends: no plant is declared"):
        live_plant(made({}), "hts")
