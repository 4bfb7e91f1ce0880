"""Delivering balances to everyone who takes them."""

from __future__ import annotations

from collections.abc import Mapping

from rami.core.errors import RunError, UnreachableError
from rami.core.frame import Frame
from rami.information.source import Receiving


def tell(receivers: Mapping[str, Receiving], balances: Frame) -> dict[str, str]:
    """Publish `balances`, one row per period, as one message.

    One receiver that fails keeps no other from its message. Returns by name why a message waits
    for the next time; raises RunError where one could not even be kept.
    """
    waiting: dict[str, str] = {}
    lost: dict[str, str] = {}
    for name, receiver in receivers.items():
        try:
            receiver.publish(balances)
        except UnreachableError as error:
            waiting[name] = str(error)
        except RunError as error:
            lost[name] = str(error)
    if lost:
        raise RunError("; ".join(f"external.{n}: balances are lost: {e}" for n, e in lost.items()))
    return waiting
