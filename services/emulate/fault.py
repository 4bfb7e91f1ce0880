"""Faults that can be put on an emulated plant: what each is told, and how it is written.

In words: `kind[:target][,key=number...]`, e.g. `drift:hex_hnht.T_cold_out,rate=0.5,after=600`.
Times are seconds of the plant's time; sizes are in the canonical unit of their target.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from rami.asset.component import Declared
from rami.core.errors import ConfigurationError, Problem
from rami.core.wording import did_you_mean


class _Fault(Declared):
    """What all have: a `name` to clear it by (without one its kind and target), seconds to wait
    before it begins, seconds it lasts (without: until cleared)."""

    model_config = ConfigDict(populate_by_name=True, allow_inf_nan=False)

    name: str | None = None
    after: float = Field(0.0, ge=0.0)
    lasts: float | None = Field(None, gt=0.0, alias="for")


class Link(_Fault):
    """All connections close, new ones are refused."""

    kind: Literal["link"]
    lasts: float | None = Field(30.0, gt=0.0, alias="for")


class Freeze(_Fault):
    """Values and their time stamps stand still: of one point, or of all."""

    kind: Literal["freeze"]
    target: str | None = None


class Spike(_Fault):
    """`size` on top of a measured value; for one scan unless told otherwise."""

    kind: Literal["spike"]
    target: str
    size: float
    lasts: float | None = Field(1e-9, gt=0.0, alias="for")


class Drift(_Fault):
    """A measured value walks away by `rate` per hour."""

    kind: Literal["drift"]
    target: str
    rate: float


class Broken(_Fault):
    """A sensor tells nothing: bad status, no value."""

    kind: Literal["broken"]
    target: str


class Delay(_Fault):
    """Writes take effect `by` seconds after they are acknowledged."""

    kind: Literal["delay"]
    by: float = Field(gt=0.0)


class Refuse(_Fault):
    """Writes are refused: of one input, or of all."""

    kind: Literal["refuse"]
    target: str | None = None


class Restart(_Fault):
    """The PLC is away for `lasts` seconds and comes back with its inputs at their starts; with
    `keep` 0 the plant is at its start as well."""

    kind: Literal["restart"]
    lasts: float | None = Field(10.0, gt=0.0, alias="for")
    keep: int = Field(1, ge=0, le=1)


class Fouling(_Fault):
    """UA of an exchanger or tower (COP of a heat pump) falls by `rate` per day, from `size`."""

    kind: Literal["fouling"]
    target: str
    rate: float = Field(0.0, ge=0.0)
    size: float = Field(0.0, ge=0.0, lt=1.0)


class Wear(_Fault):
    """The flow that a pump gives at a speed falls by `rate` per day, from `size`."""

    kind: Literal["wear"]
    target: str
    rate: float = Field(0.0, ge=0.0)
    size: float = Field(0.0, ge=0.0, lt=1.0)


class Stuck(_Fault):
    """An actuator stays where it is, or `at` a position."""

    kind: Literal["stuck"]
    target: str
    at: float | None = Field(None, ge=0.0, le=1.0)


Fault = Link | Freeze | Spike | Drift | Broken | Delay | Refuse | Restart | Fouling | Wear | Stuck
_ADAPTER: TypeAdapter[Fault] = TypeAdapter(Annotated[Fault, Field(discriminator="kind")])
KINDS: tuple[str, ...] = tuple(
    get_args(kind.model_fields["kind"].annotation)[0] for kind in get_args(Fault)
)


def read_fault(declared: Mapping[str, Any]) -> Fault:
    """A fault from JSON; ConfigurationError with every problem."""
    kind = declared.get("kind")
    if kind not in KINDS:
        hint = did_you_mean(str(kind), KINDS)
        raise ConfigurationError([Problem("fault", f"no kind {kind!r}", hint)])
    try:
        return _ADAPTER.validate_python(declared)
    except ValidationError as error:
        raise ConfigurationError(
            [
                Problem(f"fault {kind}", f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}")
                for e in error.errors()
            ]
        ) from None


def parse_fault(text: str) -> Fault:
    """A fault in words; ConfigurationError with an example."""
    head, *pairs = [part.strip() for part in text.split(",")]
    kind, _, target = head.partition(":")
    declared: dict[str, Any] = {"kind": kind.strip()}
    if target:
        declared["target"] = target.strip()
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            example = "e.g. drift:hp.P_el,rate=5"
            raise ConfigurationError(
                [Problem("fault", f"{text!r}: {pair!r} is no key=number", example)]
            )
        declared[key.strip()] = value.strip()
    return read_fault(declared)


def name_of(fault: Fault) -> str:
    """What a fault is cleared by."""
    target = getattr(fault, "target", None)
    return fault.name or (f"{fault.kind}:{target}" if target else fault.kind)
