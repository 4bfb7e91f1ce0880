"""A site with a historian, rows in it, and `rami data` in this process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from rami.core.signal import Rows, Signal
from services.cli.application import app
from tests.services.cli.data.rows import BAD, HOUR, STUCK, T0, Data, history, site_in


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> Result:
        return CliRunner().invoke(app, ["data", *map(str, words)])

    return call


@pytest.fixture
def site(tmp_path: Path, reference_site_file: Path) -> Path:
    """The reference site with a historian beside it."""
    return site_in(tmp_path / "one", reference_site_file)


@pytest.fixture
def other(tmp_path: Path, reference_site_file: Path) -> Path:
    """The same elsewhere, with a history of its own."""
    return site_in(tmp_path / "two", reference_site_file)


@pytest.fixture
def filled(site: Path) -> Path:
    """Three signals: a power with odd values, a register, a name that needs quotes."""
    times = np.array([T0, T0 + 1, T0 + HOUR, T0 + 2 * HOUR])
    with history(site) as store:
        store.declare(
            [
                Signal("hts.hp.P_el", "power"),
                Signal("hts.hp.E_el", "energy", cumulative=True),
                Signal('weather, "north"', "temperature"),
            ]
        )
        store.write(
            Rows.of_series(
                "hts.hp.P_el",
                times,
                np.array([0.1 + 0.2, np.nan, -np.inf, 5e-324]),
                np.array([0, BAD, STUCK, 0xFFFF_FFFF], np.uint32),
            )
        )
        readings = np.array([10.0, 12.5, 20.0])
        store.write(Rows.of_series("hts.hp.E_el", times[[0, 2, 3]], readings))
        store.write(Rows.of_series('weather, "north"', times[:1], np.array([-3.5])))
    return site
