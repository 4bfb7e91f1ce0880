"""What a site file says of the service, and what the service consumes and provides."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from rami.communication.service import (
    Need,
    Offer,
    Place,
    Service,
    ServiceConfiguration,
    ServiceDeclaration,
    function_service,
)


class UsualLoadConfiguration(ServiceConfiguration):
    """Keys of the site file; `owner`, `period`, `deadline` and others are there already."""

    kind: Literal["usual_load"] = "usual_load"
    days: int = Field(7, ge=1, le=60, description="past days whose mean is the usual value")
    intervals: int = Field(24, ge=1, le=2000, description="of the forecast")

    def declaration(self, name: str) -> ServiceDeclaration:
        needs = [Need("measurement", "load")]
        return self.declared(name, needs, [Offer("forecast", "load")], "usual load")

    def service(self, name: str, place: Place) -> Service:
        # imported here: reading a site file stays quick
        from usual_load.service import forecast

        def run(inbox):
            return forecast(inbox, self.days, self.intervals)

        return function_service(self.declaration(name), run, place.site)
