"""Delivering balances, period by period, to everyone who takes them."""

from __future__ import annotations

from collections.abc import Mapping

from rami.core.errors import RamiError, RunError, UnreachableError
from rami.core.frame import Frame
from rami.information.source import Receiving


def tell(receivers: Mapping[str, Receiving], balances: Frame) -> None:
    """Publish each row of `balances` as a message of its own, the earliest first.

    One receiver that fails keeps no other from its messages. Raises RunError where a message
    could not even be kept, else UnreachableError where some wait for the next time.
    """
    failed: dict[str, RamiError] = {}
    for name, receiver in receivers.items():
        for row in range(balances.grid.count):
            try:
                receiver.publish(balances.part(row, 1))
            except (UnreachableError, RunError) as error:
                failed[name] = error
    if not failed:
        return
    said = "; ".join(f"external.{name}: balances not delivered: {e}" for name, e in failed.items())
    if any(isinstance(e, RunError) for e in failed.values()):
        raise RunError(said)
    raise UnreachableError(said)
