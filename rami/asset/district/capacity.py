"""What a producer pays for the highest power he draws of a carrier."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared
from rami.core.quantity import Duration, PowerPrice, Share


class CapacityPrice(Declared):
    """A network's or supplier's price for the highest mean power in the billing year.

    The mean is over `measured` (an hour for gas, a quarter of an hour for electricity; a step of
    the district where that is longer). A span bears the price on what its highest power exceeds
    the highest so far; `borne` is the share of the yearly price at which it does: 1 where the
    span may hold the year's peak, days over 365 pro rata.
    """

    price: PowerPrice
    measured: Duration = Field(3600.0, gt=0, le=86400)
    borne: Share = 1.0


class Capacity(Declared):
    """Capacity prices by carrier; `gas` is what engines and boilers burn, `electricity` what is
    bought after own generation."""

    gas: CapacityPrice | None = None
    electricity: CapacityPrice | None = None
