"""Section `kpi` of a site file; loads no arrays."""

from __future__ import annotations

from pydantic import Field

from rami.asset.component import Declared


class KpiDeclaration(Declared):
    """A key figure as a formula over points and series, one value per interval.

    Example: `seasonal_cop: {formula: "total(hts.hp.E_th) / total(hts.hp.E_el)", unit: "1"}`.
    """

    formula: str = Field(min_length=1, description="over site paths, series and other figures")
    unit: str = Field(min_length=1, description="unit of the figure; the formula must give it")
    description: str = Field("", description="for people")
