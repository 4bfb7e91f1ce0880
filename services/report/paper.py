"""The table that the study's form follows: Kohne et al. 2021, Table 1, as printed.

Another site with real loads: its signs may be compared, its magnitudes may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Cells = Mapping[str, Mapping[str, float]]

LABEL = "paper"
CITATION = "Kohne et al. 2021, Table 1"
SPAN_S = 14 * 86400.0
SITE = "another site, real loads, 14 days"
WARNING = f"{SITE}: not comparable in magnitude"
NOT_SHOWN = "the paper's figures are of 14-day runs and are shown beside such runs only"
SLIPS = (
    "Printed as it stands, with two slips: winter's scope 1 adds up to 41.7 t, not 42.1 t; "
    "fall's scope 2 adds up to −231.0 t only with −72.1 t for the DHS, so the printed +72.1 t "
    "has lost its sign."
)

_ORDER = ("scope1_t", "scope2_t", "benefit_eur")
_PRINTED = {
    "winter": ((-128.7, 170.4, 42.1), (-112.2, -203.9, -316.1), (19386, 1246, 20632)),
    "spring": ((79.7, -74.5, 5.2), (-126.9, -28.5, -155.4), (6912, 2086, 8998)),
    "summer": ((263.5, -225.1, 38.4), (-249.6, 63.4, -186.2), (23668, 3360, 27028)),
    "fall": ((125.2, -116.9, 8.3), (-158.9, 72.1, -231.0), (6436, 4438, 10874)),
}


def comparable(provenance: Mapping[str, Any]) -> bool:
    """Whether the study's runs are as long as the paper's."""
    return provenance.get("duration_s") == SPAN_S


def printed(season: str) -> Cells | None:
    """The paper's row as `{quantity: {owner: value}}`, None for a season it does not have."""
    rows = _PRINTED.get(season)
    if rows is None:
        return None
    return {
        quantity: dict(zip(("iess", "dhs", "total"), cells, strict=True))
        for quantity, cells in zip(_ORDER, rows, strict=True)
    }
