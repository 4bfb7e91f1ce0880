"""Units as OPC UA servers tell them: UNECE codes (Part 8, 5.6.3.3), else the name shown."""

from __future__ import annotations

#: UNECE Recommendation 20 common codes of the units of `rami.core.units`
_CODES = {
    "CEL": "degC",
    "KEL": "K",
    "KWT": "kW",
    "WTT": "W",
    "MAW": "MW",
    "KWH": "kWh",
    "MWH": "MWh",
    "KJO": "kJ",
    "3B": "MJ",
    "KGS": "kg/s",
    "E93": "kg/h",
    "E18": "t/h",
    "KGM": "kg",
    "TNE": "t",
    "MTQ": "m3",
    "LTR": "l",
    "MQH": "m3/h",
    "E32": "l/h",
    "G51": "l/s",
    "MQS": "m3/s",
    "MTS": "m/s",
    "KMH": "km/h",
    "BAR": "bar",
    "KPA": "kPa",
    "PAL": "Pa",
    "SEC": "s",
    "C26": "ms",
    "MIN": "min",
    "HUR": "h",
    "DAY": "d",
    "C62": "1",
    "P1": "%",
    "D54": "W/m2",
}
_UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"
_SHOWN = {
    "°C": "degC",
    "℃": "degC",
    "C": "degC",
    "deg C": "degC",
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
_KNOWN = frozenset(_CODES.values())


def unit_id(code: str) -> int:
    """A UNECE code as the number that servers send: its characters as bytes, first highest."""
    return int.from_bytes(code.encode("ascii"), "big")


_BY_ID = {unit_id(code): unit for code, unit in _CODES.items()}


def unit_told(namespace: str | None, number: int, shown: str | None) -> str | None:
    """Our word for the unit in an EUInformation; None where it is not known."""
    if namespace == _UNECE and number in _BY_ID:
        return _BY_ID[number]
    word = (shown or "").strip()
    word = _SHOWN.get(word, word)
    return word if word in _KNOWN else None
