"""What somebody did, for audit events: as the protocol has it, where the audit has words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wrote:
    """A value to a node."""

    node: Any
    value: Any


@dataclass(frozen=True)
class Called:
    """A method of an object; the arguments are variants."""

    place: Any
    method: Any
    arguments: Sequence[Any]


@dataclass(frozen=True)
class Session:
    """A login, its refusal, or the end of a session; `number` is its SessionId."""

    number: Any


@dataclass(frozen=True)
class Updated:
    """The past of a node; `kind` is the data type of the details."""

    place: Any
    kind: Any


Act = Wrote | Called | Session | Updated
