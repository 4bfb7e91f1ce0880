"""Section `guard` of a twin; loads no arrays.

Limits are written with a unit of the input they are for; whether it fits is checked with the
points (`rami.integration.limits`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from rami.asset.component import Declared
from rami.core.quantity import Duration
from rami.integration.role import Role

#: what happens to an input that nobody holds any more
OnLoss = Literal["safe", "hold"]
#: roles that may write unless the file says otherwise
WRITERS = (Role.SAFETY, Role.MANUAL, Role.TECHNICAL)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"wanted a number with its unit, e.g. '20 %', got {value!r}")
    return str(value).strip()


#: text with a unit of whatever the input measures
Amount = Annotated[
    str,
    BeforeValidator(_text),
    WithJsonSchema({"type": ["string", "number"], "description": "number with its unit"}),
]
Operator = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class GuardedInput(Declared):
    """Limits of one input, or of all that a pattern names; what is left out keeps what earlier
    entries and the point say. Example: `hp.u: {high: 80 %, rate: 5 %/s, safe: 0 %}`."""

    low: Amount | None = Field(None, description="smallest value; none: the point's")
    high: Amount | None = Field(None, description="largest value; none: the point's")
    rate: Amount | None = Field(
        None, description="largest change per time, e.g. `5 %/s`; none: no limit"
    )
    safe: Amount | None = Field(None, description="value to go to; none: the point's at its start")
    deadband: Amount | None = Field(None, description="smaller changes are not written")
    on_loss: OnLoss | None = Field(
        None, description="when nobody holds it: to the safe value (as usual), or stay"
    )
    roles: tuple[Role, ...] | None = Field(
        None, description="who may write it; none: safety, manual, technical"
    )
    lease: Duration | None = Field(None, le=86400, description="time without heartbeat")
    depends_on: str | None = Field(
        None, description="measured point without which automatic roles may not write"
    )
    measured_within: Duration | None = Field(
        None, le=86400, description="age which that point may have; none: while it is not bad"
    )


class GuardSettings(Declared):
    """What stands between every controller and the plant. Entries of `inputs` are read from top
    to bottom; a later one changes what it names."""

    operators: tuple[Operator, ...] = Field(
        (), description="who may release an emergency stop; none: whoever gives a name"
    )
    lease: Duration = Field(30.0, le=86400, description="time without heartbeat after which a "
                            "role has lost an input")  # fmt: skip
    request_age: Duration = Field(30.0, le=86400, description="age at which a request is stale")
    settling: Duration = Field(
        30.0, le=86400, description="time the plant may take to show what was written"
    )
    repeats: Duration = Field(
        60.0, le=3600, description="equal refusals within this time become one row of the audit"
    )
    inputs: dict[str, GuardedInput] = Field(
        default_factory=dict, description="limits by name or shell pattern of the inputs"
    )
