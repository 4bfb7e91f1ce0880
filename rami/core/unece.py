"""UNECE Recommendation 20 common codes of our units, as OPC UA tells units (Part 8, 5.6.3.3)."""

from __future__ import annotations

#: namespace of the codes in an EUInformation
UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"
#: code -> unit of `rami.core.units`
CODES = {
    "CEL": "degC",
    "FAH": "degF",
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
#: unit -> code
CODE_OF = {unit: code for code, unit in CODES.items()}


def unit_id(code: str) -> int:
    """A code as the number that servers send: its characters as bytes, the first one highest."""
    return int.from_bytes(code.encode("ascii"), "big")
