"""From a message in the outbox to what is written to a node."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rami.core.units import convert, quantities_of


def message(text: str) -> Mapping[str, Mapping[str, Any]]:
    """Deliveries of a message by series."""
    return {d["series"]: d for d in json.loads(text)["deliveries"]}


def latest(delivery: Mapping[str, Any], unit: str, is_array: bool) -> float | list[float] | None:
    """The newest value in another unit, or all of them; None where there is none.

    ValueError when the unit measures something else.
    """
    of = quantities_of(str(delivery["unit"]))
    quantity = next((q for q in of if q in quantities_of(unit)), None)
    if quantity is None:
        raise ValueError(f"{delivery['unit']!r} cannot be written in {unit!r}")
    size = convert(1.0, unit, quantity) - convert(0.0, unit, quantity)
    offset = convert(0.0, unit, quantity)

    def there(value: float | None) -> float:
        if value is None:
            return float("nan")
        return (convert(float(value), str(delivery["unit"]), quantity) - offset) / size

    values = delivery["values"]
    if is_array:
        return [there(v) for v in values]
    known = [v for v in values if v is not None]
    return there(known[-1]) if known else None
