"""The plant's measurements and the weather, out of the utility's data source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from rami.communication.service.contract import Inbox
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.payload import Forecast, Measurement
from rami.core.frame import Values
from rami.core.quality import is_bad
from rami.core.timegrid import TimeGrid
from services.utility.loading import load_utility
from services.utility.work.said import DAY_NS, STEP_NS, day_ahead, grid_of, told

if TYPE_CHECKING:
    from rami.communication.service.settings import Place
    from rami.core.frame import Frame
    from services.utility.kinds.plant_data import PlantDataConfiguration

#: name of the air temperature in messages
AIR = "temp_air"


def plant_data(configuration: PlantDataConfiguration, name: str, place: Place) -> FunctionService:
    """The service of a configuration; reads the utility's files once."""
    c, utility = configuration, load_utility(place.file)
    quantities = {c.heat: "power", c.supply: "temperature", c.back: "temperature",
                  c.air: "temperature"}  # fmt: skip
    if c.expected:
        quantities[c.expected] = "temperature"
    source = utility.open_data(quantities)

    def run(inbox: Inbox) -> list[Said]:
        ahead = day_ahead(inbox.now_ns)
        back = min(round(c.history * 1e9), max(ahead.start_ns - utility.since_ns, DAY_NS))
        count = back // STEP_NS
        past = TimeGrid(ahead.start_ns - count * STEP_NS, STEP_NS, count)
        frame = source.read([c.heat, c.supply, c.back, c.air], past)
        later = source.read([c.expected or c.air], ahead)
        valid_s = 2 * c.period
        said = [
            Said(
                Measurement(grid=grid_of(past), unit="kW", quantity="power",
                            series={c.heat: told(_column(frame, c.heat))}),
                valid_s, "plant",
            ),
            Said(
                Measurement(grid=grid_of(past), unit="degC", quantity="temperature",
                            series={"supply": told(_column(frame, c.supply)),
                                    "back": told(_column(frame, c.back))}),
                valid_s, "water",
            ),
            Said(
                Measurement(grid=grid_of(past), unit="degC", quantity="temperature",
                            series={AIR: told(_column(frame, c.air))}),
                valid_s, "weather",
            ),
        ]  # fmt: skip
        known = told(_column(later, later.names[0]))
        if None not in known:
            why = "as expected the day before" if c.expected else "perfect foresight"
            series = {AIR: [v for v in known if v is not None]}
            made = Forecast(grid=grid_of(ahead), unit="degC", quantity="temperature", series=series)
            said.append(Said(made, valid_s, "weather", reason=why))
        return said

    return FunctionService(c.declaration(name), run, place.site)


def _column(frame: Frame, name: str) -> Values:
    at = frame.place(name)
    return np.where(is_bad(frame.quality[:, at]), np.nan, frame.values[:, at])
