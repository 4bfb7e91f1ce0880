"""The kinds of live backend that stand the conformance suite: `module:callable` of each.

A callable takes an empty folder and gives a Case.
"""

from __future__ import annotations

CASES = {
    "native": "tests.adapters.assets.live.model_case:native_case",
    "fmu": "tests.adapters.assets.live.model_case:fmu_case",
    "modbus": "tests.adapters.assets.live.modbus_case:ModbusCase",
    "opcua": "tests.adapters.assets.live.opcua_case:OpcuaCase",
    "replay": "tests.adapters.assets.live.replay_case:ReplayCase",
}
