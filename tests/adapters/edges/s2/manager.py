"""A resource manager made with s2-python alone, in a process of its own.

`python manager.py URL TOKEN KIND RESOURCE_ID START` says a JSON line for each thing that happens
to it, and reads lines: `stop`, `level X`, `reject`, `abort`.
"""

import asyncio
import json
import sys
import threading
import uuid
from datetime import datetime, timedelta

from s2python.common import (
    CommodityQuantity,
    Duration,
    InstructionStatus,
    InstructionStatusUpdate,
    NumberRange,
    PowerForecast,
    PowerForecastElement,
    PowerForecastValue,
    PowerMeasurement,
    PowerRange,
    PowerValue,
    ReceptionStatusValues,
    RevokeObject,
    Role,
    RoleType,
    Transition,
)
from s2python.connection import AssetDetails
from s2python.connection.async_ import S2AsyncConnection
from s2python.connection.async_.control_type.class_based import (
    FRBCControlType,
    OMBCControlType,
    PEBCControlType,
    ResourceManagerHandler,
)
from s2python.connection.async_.medium.websocket import WebsocketClientMedium
from s2python.frbc import (
    FRBCActuatorDescription,
    FRBCActuatorStatus,
    FRBCLeakageBehaviour,
    FRBCLeakageBehaviourElement,
    FRBCOperationMode,
    FRBCOperationModeElement,
    FRBCStorageDescription,
    FRBCStorageStatus,
    FRBCSystemDescription,
    FRBCUsageForecast,
    FRBCUsageForecastElement,
)
from s2python.ombc import OMBCOperationMode, OMBCStatus, OMBCSystemDescription
from s2python.pebc import PEBCAllowedLimitRange, PEBCPowerConstraints

HEAT = CommodityQuantity.HEAT_THERMAL_POWER
IDS = {word: uuid.uuid5(uuid.NAMESPACE_DNS, word) for word in ("actuator", "off", "on", "limits")}
URL, TOKEN, KIND, RESOURCE, START = sys.argv[1:6]
BEGIN = datetime.fromisoformat(START)
answers = {"status": ReceptionStatusValues.OK, "later": InstructionStatus.ACCEPTED}


def say(what: str, **more: object) -> None:
    sys.stdout.write(json.dumps({"what": what, **more}) + "\n")
    sys.stdout.flush()


def forecast() -> PowerForecast:
    elements = [
        PowerForecastElement(
            duration=Duration.from_timedelta(timedelta(hours=1)),
            power_values=[
                PowerForecastValue(
                    value_expected=7000, value_lower_68PPR=6000, value_upper_68PPR=8000,
                    commodity_quantity=HEAT,
                )
            ],
        )
        for _ in range(24)
    ]  # fmt: skip
    return PowerForecast(message_id=uuid.uuid4(), start_time=BEGIN, elements=elements)


def measured() -> PowerMeasurement:
    value = PowerValue(commodity_quantity=HEAT, value=7100)
    return PowerMeasurement(message_id=uuid.uuid4(), measurement_timestamp=BEGIN, values=[value])


def switches() -> list[Transition]:
    return [
        Transition(
            **{"from": IDS[a]}, id=uuid.uuid4(), to=IDS[b], start_timers=[], blocking_timers=[],
            abnormal_condition_only=False,
        )
        for a, b in (("off", "on"), ("on", "off"))
    ]  # fmt: skip


def power(name: str) -> list[PowerRange]:
    most = 20000 if name == "on" else 0
    return [PowerRange(start_of_range=0, end_of_range=most, commodity_quantity=HEAT)]


def tank() -> FRBCSystemDescription:
    """40 to 70 °C, 2 kWh/K, filled with up to 20 kW."""
    inside = NumberRange(start_of_range=40, end_of_range=70)

    def mode(name: str) -> FRBCOperationMode:
        rate = NumberRange(start_of_range=0, end_of_range=10 / 3600 if name == "on" else 0)
        element = FRBCOperationModeElement(
            fill_level_range=inside, fill_rate=rate, power_ranges=power(name)
        )
        return FRBCOperationMode(id=IDS[name], elements=[element], abnormal_condition_only=False)

    actuator = FRBCActuatorDescription(
        id=IDS["actuator"], supported_commodities=["HEAT"], timers=[], transitions=switches(),
        operation_modes=[mode("off"), mode("on")],
    )  # fmt: skip
    storage = FRBCStorageDescription(
        provides_leakage_behaviour=True, provides_fill_level_target_profile=False,
        provides_usage_forecast=True, fill_level_range=inside, fill_level_label="degree C",
    )  # fmt: skip
    return FRBCSystemDescription(
        message_id=uuid.uuid4(), valid_from=BEGIN, actuators=[actuator], storage=storage
    )


def around_tank() -> list:
    lost = FRBCLeakageBehaviourElement(
        fill_level_range=NumberRange(start_of_range=40, end_of_range=70), leakage_rate=0.5 / 3600
    )
    used = FRBCUsageForecastElement(
        duration=Duration.from_timedelta(timedelta(hours=24)), usage_rate_expected=3 / 3600
    )
    return [
        FRBCLeakageBehaviour(message_id=uuid.uuid4(), valid_from=BEGIN, elements=[lost]),
        FRBCUsageForecast(message_id=uuid.uuid4(), start_time=BEGIN, elements=[used]),
        FRBCActuatorStatus(
            message_id=uuid.uuid4(), actuator_id=IDS["actuator"], operation_mode_factor=0.35,
            active_operation_mode_id=IDS["on"],
        ),
        FRBCStorageStatus(message_id=uuid.uuid4(), present_fill_level=55),
    ]  # fmt: skip


def limits() -> PEBCPowerConstraints:
    def allowed(kind: str, low: float, high: float) -> PEBCAllowedLimitRange:
        return PEBCAllowedLimitRange(
            commodity_quantity=HEAT, limit_type=kind, abnormal_condition_only=False,
            range_boundary=NumberRange(start_of_range=low, end_of_range=high),
        )  # fmt: skip

    ranges = [allowed("UPPER_LIMIT", 4000, 20000), allowed("LOWER_LIMIT", 0, 9000)]
    return PEBCPowerConstraints(
        message_id=uuid.uuid4(), id=IDS["limits"], valid_from=BEGIN, consequence_type="DEFER",
        allowed_limit_ranges=ranges,
    )  # fmt: skip


def modes() -> OMBCSystemDescription:
    listed = [
        OMBCOperationMode(id=IDS[n], power_ranges=power(n), abnormal_condition_only=False)
        for n in ("off", "on")
    ]
    return OMBCSystemDescription(
        message_id=uuid.uuid4(), valid_from=BEGIN, operation_modes=listed, timers=[],
        transitions=switches(),
    )  # fmt: skip


def described() -> list:
    if KIND == "frbc":
        return [tank(), *around_tank()]
    if KIND == "pebc":
        return [limits()]
    status = OMBCStatus(
        message_id=uuid.uuid4(), active_operation_mode_id=str(IDS["off"]), operation_mode_factor=0
    )
    return [modes(), status]


class Controlled:
    def __init__(self) -> None:
        self.connection = None

    async def handle_instruction(self, connection, msg, send_okay) -> None:
        if answers["status"] is not ReceptionStatusValues.OK:
            raise RuntimeError("no")
        await send_okay()
        say("instruction", content=json.loads(msg.to_json()))
        await connection.send_msg_and_await_reception_status(
            InstructionStatusUpdate(
                message_id=uuid.uuid4(), instruction_id=msg.id, timestamp=msg.execution_time,
                status_type=answers["later"],
            )
        )  # fmt: skip

    async def activate(self, connection) -> None:
        self.connection = connection
        for message in [forecast(), measured(), *described()]:
            await connection.send_msg_and_await_reception_status(message)
        say("described")

    async def deactivate(self, connection) -> None:
        say("deactivated")


class Tank(Controlled, FRBCControlType): ...


class Limited(Controlled, PEBCControlType): ...


class Moded(Controlled, OMBCControlType): ...


async def main() -> None:
    control = {"frbc": Tank, "pebc": Limited, "ombc": Moded}[KIND]()
    details = AssetDetails(
        resource_id=uuid.UUID(RESOURCE), provides_forecast=True,
        provides_power_measurements=[HEAT],
        roles=[Role(role=RoleType.ENERGY_STORAGE, commodity="HEAT")],
        instruction_processing_delay=Duration.from_milliseconds(100), currency="EUR",
    )  # fmt: skip
    handler = ResourceManagerHandler([control], details)
    loop = asyncio.get_running_loop()

    async def revoked(_, msg, send_okay) -> None:
        await send_okay()
        say("revoked", id=str(msg.object_id))

    def listen(connection) -> None:
        for line in sys.stdin:
            word, _, value = line.strip().partition(" ")
            if word == "stop":
                loop.call_soon_threadsafe(lambda: loop.create_task(connection.stop()))
                return
            if word == "reject":
                answers["status"] = ReceptionStatusValues.INVALID_CONTENT
            if word == "abort":
                answers["later"] = InstructionStatus.ABORTED
            if word == "level":
                told = FRBCStorageStatus(message_id=uuid.uuid4(), present_fill_level=float(value))
                asyncio.run_coroutine_threadsafe(
                    connection.send_msg_and_await_reception_status(told), loop
                ).result()
            say("done", word=word)

    async with WebsocketClientMedium(URL, bearer_token=TOKEN) as medium:
        connection = S2AsyncConnection(medium)
        handler.register_handlers(connection)
        connection.register_handler(RevokeObject, revoked)
        threading.Thread(target=listen, args=(connection,), daemon=True).start()
        await connection.run()
    say("ended")


asyncio.run(main())
