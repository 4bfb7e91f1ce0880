"""Units as OPC UA servers tell them: UNECE codes (Part 8, 5.6.3.3), else the name shown."""

from __future__ import annotations

from rami.core.unece import CODES, UNECE, unit_id

_SHOWN = {
    "°C": "degC",
    "℃": "degC",
    "C": "degC",
    "deg C": "degC",
    "°F": "degF",
    "deg F": "degF",
    "m³": "m3",
    "m³/h": "m3/h",
    "m³/s": "m3/s",
    "m^3": "m3",
    "m^3/h": "m3/h",
    "W/m²": "W/m2",
    "L": "l",
    "L/h": "l/h",
    "L/s": "l/s",
    "-": "1",
    "sec": "s",
    "percent": "%",
}
_KNOWN = frozenset(CODES.values())
_BY_ID = {unit_id(code): unit for code, unit in CODES.items()}


def unit_told(namespace: str | None, number: int, shown: str | None) -> str | None:
    """Our word for the unit in an EUInformation; None where it is not known."""
    if namespace == UNECE and number in _BY_ID:
        return _BY_ID[number]
    word = (shown or "").strip()
    word = _SHOWN.get(word, word)
    return word if word in _KNOWN else None
