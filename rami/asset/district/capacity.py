"""What a producer pays for the highest power he draws of a carrier."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration, Power, PowerPrice


class CapacityPrice(Declared):
    """A network's or supplier's price for the highest mean power in the billing year.

    The mean is over `measured` (an hour for gas, a quarter of an hour for electricity; a step of
    the district where that is longer). Up to `level` the year is paid in any case: ordered, or
    reached before. What the highest power of the span exceeds it costs the yearly price.
    """

    price: PowerPrice
    measured: Duration = Field(3600.0, gt=0, le=86400)
    level: Power | None = None

    def scaled(self, part: float) -> CapacityPrice:
        """The same price with the level in proportion."""
        return self.model_copy(update={"level": self.level and self.level * part})


class Capacity(Declared):
    """Capacity prices by carrier; `gas` is what engines and boilers burn, `electricity` what is
    bought after own generation."""

    gas: CapacityPrice | None = None
    electricity: CapacityPrice | None = None

    def scaled(self, part: float) -> Capacity:
        """The same prices with levels in proportion."""
        return Capacity(
            gas=self.gas and self.gas.scaled(part),
            electricity=self.electricity and self.electricity.scaled(part),
        )
