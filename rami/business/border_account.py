"""Heat across one border between two twins: both meters, their difference, its price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rami.asset.topology import SiteTopology
from rami.core.frame import Frame
from rami.information.prices import Array, Prices


@dataclass(frozen=True)
class BorderAccount:
    """One border; arrays of shape (T,), heat in kWh positive out of the network.

    `billed` is the station's meter, `other_side` the network's. `payment` in EUR goes from the
    owner of the station to the owner of the network; zero within one owner, and for cooling.
    """

    border: str
    exchange: str
    network: str
    station_owner: str
    network_owner: str
    billed: Array
    other_side: Array
    payment: Array

    @property
    def difference(self) -> Array:
        """What the network gave up and the station did not get: a loss, per step in kWh."""
        return self.other_side - self.billed

    @property
    def between_owners(self) -> bool:
        """Whether two owners meet here."""
        return self.station_owner != self.network_owner

    def plain(self) -> dict[str, float | str]:
        """For results.json; units in the key names."""
        return {
            "network": self.network,
            "station_owner": self.station_owner,
            "network_owner": self.network_owner,
            "drawn_MWh": float(np.maximum(self.billed, 0).sum()) / 1000,
            "fed_in_MWh": float(np.maximum(-self.billed, 0).sum()) / 1000,
            "difference_kWh": float(self.difference.sum()),
            "payment_EUR": float(self.payment.sum()),
        }


def border_accounts(
    site: SiteTopology, owner_of: dict[str, str], prices: Prices, metered: Frame
) -> tuple[BorderAccount, ...]:
    """All borders of a site, priced by the contract of their two owners."""
    accounts = []
    for c in site.couplings:
        pair = (owner_of[c.twin], owner_of[c.network_twin])
        network = f"{c.network_twin}.{c.network}"
        billed = metered[f"{c.twin}.{c.border}.E"]
        payment = np.zeros_like(billed)
        if pair[0] != pair[1] and site.network(network).kind == "heating":
            heat = prices.heat[pair]
            payment = np.maximum(billed, 0) * heat.draw - np.maximum(-billed, 0) * heat.feed_in
        accounts.append(
            BorderAccount(
                f"{c.twin}.{c.border}",
                f"{c.network_twin}.{c.exchange}",
                network,
                *pair,
                billed,
                metered[f"{c.network_twin}.{c.exchange}.E"],
                payment,
            )
        )
    return tuple(accounts)
