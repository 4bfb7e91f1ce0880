"""Whether all plants of a run are only played: then the disk may be asked less often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rami.core.errors import RamiError

if TYPE_CHECKING:
    from twins.site.site import Site

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def only_played(site: Site, rehearsals: Mapping[str, int], models: Collection[str]) -> bool:
    """Whether each plant is a model in this process (`models`) or an emulator in lockstep that
    says itself that it serves the very port, on this machine, where the site reaches the plant."""
    plants = {twin: d.backends.plant for twin, d in site.twins.items()}
    return all(
        twin in models or plant is None or _is_emulator(plant, rehearsals.get(twin))
        for twin, plant in plants.items()
    )


def _is_emulator(plant: Any, control: int | None) -> bool:
    if control is None:
        return False
    from services.emulate.control_client import command

    try:
        told = command(control, {"status": True})
    except RamiError:
        return False
    declared = _port(getattr(plant, "endpoint", f"//{getattr(plant, 'host', '')}:0"))
    if declared == 0:
        declared = getattr(plant, "port", None)
    return bool(
        told.get("speed", 1.0) is None
        and declared
        and declared in [_port(str(address)) for address in told.get("serves", ())]
    )


def _port(address: str) -> int | None:
    """Of an address on this machine; None of any other."""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
        return parts.port if parts.hostname in _HERE else None
    except ValueError:
        return None
