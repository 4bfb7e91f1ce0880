"""The run itself as a service of an owner: what its twins tell others, and what it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rami.communication.service.contract import Fallback, Need, Offer, ServiceDeclaration
from rami.communication.service.settings import Kind, ServiceConfiguration
from rami.core.errors import ConfigurationError
from rami.core.quantity import Duration

if TYPE_CHECKING:
    from rami.communication.service.contract import Service
    from rami.communication.service.settings import Place

#: kinds that a run can tell
TELLS = ("measurement", "schedule", "key_figures", "alarm", "quality_report")
#: kinds that it can take, and what it does where one that was declared is missing
TAKES = {
    "forecast": Fallback.OWN,
    "price": Fallback.OWN,
    "limits": Fallback.OWN,
    "schedule": Fallback.NOTHING,
    "set_point_request": Fallback.NOTHING,
}


class RunConfiguration(ServiceConfiguration):
    """One of each owner at most, in `rami serve` and `rami run`: tells measurements, schedule,
    figures, alarms and quality of the owner's twins every `period`, and takes what others say."""

    kind: Literal["run"] = "run"
    period: Duration = Field(900.0, ge=60, le=86400, description="between two tellings")
    tells: tuple[Kind, ...] = Field(TELLS, description="kinds of messages that it says")
    takes: tuple[Kind, ...] = Field(tuple(TAKES), description="kinds that it hears")

    def declaration(self, name: str) -> ServiceDeclaration:
        """As in ServiceConfiguration."""
        wrong = {*self.tells} - {*TELLS} | {*self.takes} - {*TAKES}
        if wrong:
            words = ", ".join(sorted(wrong))
            raise ConfigurationError(f"services.{name}: a run neither tells nor takes {words}")
        needs = [Need(kind, fallback=TAKES[kind]) for kind in self.takes]
        answers = ["set_point_answer"] if "set_point_request" in self.takes else []
        offers = [Offer(kind, "*") for kind in (*self.tells, *answers)]
        return replace(self.declared(name, needs, offers, "the run itself"), waits=False)

    def service(self, name: str, place: Place) -> Service:
        """Raises: it is the loop that speaks."""
        raise ConfigurationError(f"services.{name}: a run is started by `rami serve` or `rami run`")
