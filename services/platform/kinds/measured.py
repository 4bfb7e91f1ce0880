"""Messages of what a data source holds, cut at the instant at which they are sent."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from rami.communication.service.contract import Inbox
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.payload import Forecast, Grid, Measurement
from rami.core.quality import is_bad
from rami.core.timegrid import NS, TimeGrid, moment
from rami.information.series import AIR_TEMPERATURE
from rami.information.source import known_frame

if TYPE_CHECKING:
    from rami.communication.service.settings import Place
    from rami.core.frame import Frame
    from services.platform.kinds.site_data import SiteDataConfiguration


def measured(configuration: SiteDataConfiguration, name: str, place: Place) -> FunctionService:
    """The service of a configuration; reads the site's file once."""
    from services.assemble.external import open_data
    from twins.site.loading import load_site

    source = open_data(load_site(place.file))
    step_ns = round(configuration.step * NS)
    before, after = (
        round(t * NS) // step_ns for t in (configuration.history, configuration.horizon)
    )
    names = list(configuration.loads)

    def run(inbox: Inbox) -> list[Said]:
        now_ns = inbox.now_ns // step_ns * step_ns
        past = TimeGrid(now_ns - before * step_ns, step_ns, before)
        frame = source.read([*names, AIR_TEMPERATURE], past)
        ahead = TimeGrid(now_ns, step_ns, after)
        weather = known_frame(source, [AIR_TEMPERATURE], ahead, inbox.now_ns)
        valid_s = configuration.period * 2
        unit = frame.units[frame.place(names[0])]
        warmth = frame.units[frame.place(AIR_TEMPERATURE)]
        loads = {name: _column(frame, name) for name in names}
        air = {AIR_TEMPERATURE: _column(frame, AIR_TEMPERATURE)}
        said = [
            Said(
                Measurement(grid=_grid(past), unit=unit, quantity="power", series=loads),
                valid_s,
                "load",
            ),
            Said(
                Measurement(grid=_grid(past), unit=warmth, quantity="temperature", series=air),
                valid_s,
                "weather",
            ),
        ]
        expected = _column(weather, AIR_TEMPERATURE)
        known = [v for v in expected if v is not None]
        if len(known) == after:
            series = {AIR_TEMPERATURE: known}
            told = Forecast(grid=_grid(ahead), unit=warmth, quantity="temperature", series=series)
            said.append(Said(told, valid_s, "weather"))
        return said

    return FunctionService(configuration.declaration(name), run, place.site)


def _column(frame: Frame, name: str) -> list[float | None]:
    place = frame.place(name)
    bad = is_bad(frame.quality[:, place])
    pairs = zip(frame.values[:, place].tolist(), bad.tolist(), strict=True)
    return [None if b or not isfinite(v) else v for v, b in pairs]


def _grid(grid: TimeGrid) -> Grid:
    return Grid(start=moment(grid.start_ns), step_s=grid.step_s, count=grid.count)
