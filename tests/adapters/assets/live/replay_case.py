"""Case of the replay backend: an experiment in a CSV file with columns and units of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adapters.assets.replay.configuration import ReplayConfiguration
from rami.asset.live import Paced, Vector
from rami.core.points import PointIndex
from services.assemble.recordings import SiteRecordings
from tests.adapters.assets.live.case import INPUTS, OUTPUTS, Case, LiveBackend

_COLUMNS = """\
point,column,unit,scale,offset
hex.T,T out,K,1,0
hex.m,flow [kg/h],,,
hp.P,power,W,1000,0
meter.E,counter,MWh,,
hp.P_set,power set,W,1,0
valve.u,valve (%),,,
hex.T_set,set,degC,,
"""
_ROWS = 200


class ReplayCase(Case):
    missing = ("hex.T", "meter.E")

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        n = np.arange(_ROWS)
        self._told = np.stack([50.0 + n / 4, 1 + n / 100, 300 + n, 100.0 + n / 1000], axis=1)
        lines = ["time;T out;flow [kg/h];power;counter;power set;valve (%);set"]
        for k, (temperature, flow, power, energy) in enumerate(self._told):
            moment = f"2023-05-02T{8 + k // 60:02}:{k % 60:02}:00Z"
            cells = (temperature + 273.15, flow * 3600, power, energy / 1e3, 100_000, 25, 60)
            lines.append(";".join([moment, *(repr(float(c)) for c in cells)]))
        (folder / "experiment.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "columns.csv").write_text(_COLUMNS, encoding="utf-8")
        lost = _COLUMNS.replace("T out", "T aus").replace("counter", "count")
        (folder / "lost.csv").write_text(lost, encoding="utf-8")
        self._minutes = 0
        self._last: LiveBackend | None = None

    def reset(self) -> None:
        self._minutes = 0

    def _backend(self, columns: str, inputs: PointIndex, outputs: PointIndex) -> LiveBackend:
        declared = ReplayConfiguration.model_validate(
            {"file": "experiment.csv", "columns": columns, "form": {"separator": ";"}}
        )
        self._minutes = 0
        recordings = SiteRecordings(None)  # type: ignore[arg-type]
        backend = declared.open_live(self._folder, "hts", inputs, outputs, self.clock, recordings)
        self._last = backend
        return backend

    def backend(self, inputs: PointIndex = INPUTS, outputs: PointIndex = OUTPUTS) -> LiveBackend:
        return self._backend("columns.csv", inputs, outputs)

    def lacking(self) -> LiveBackend:
        return self._backend("lost.csv", INPUTS, OUTPUTS)

    def told(self) -> Vector:
        row: Vector = self._told[self._minutes]
        return row

    def change(self, backend: LiveBackend) -> None:
        assert isinstance(backend, Paced)
        backend.advance(60.0)
        self._minutes += 1

    def held(self) -> Vector:
        assert self._last is not None
        kept = self._last.read_back().values
        return kept[self._last.inputs.places(INPUTS.names)]
