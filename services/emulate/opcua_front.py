"""The PLC as an OPC UA server: a folder per component, a variable per point."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.address_space import AttributeService
from asyncua.server.user_managers import UserManager

from rami.communication.information_model.units import unit_information
from rami.core.points import Direction, Point
from rami.core.timegrid import NS, moment
from services.emulate.front import HOST, port_errors
from services.emulate.input_image import Refused, range_of
from services.emulate.opcua_names import namespace
from services.emulate.plc import Plc
from services.emulate.status_points import FOLDER, POINTS, status_values

#: what a sensor can tell, by quantity
_SPANS = {
    "temperature": (-60.0, 400.0),
    "mass_flow": (-500.0, 500.0),
    "power": (-1e5, 1e5),
    "energy": (-1e9, 1e9),
    "share": (0.0, 100.0),
}
_REASONS = {
    "range": ua.StatusCodes.BadOutOfRange,
    "type": ua.StatusCodes.BadTypeMismatch,
    "fault": ua.StatusCodes.BadUserAccessDenied,
    "away": ua.StatusCodes.BadOutOfService,
}
#: takes a number that stands in a variable of the right type, or raises Refused; tells the one held
_Write = tuple[Callable[[Any], None], Callable[[], Any]]


class OpcuaFront:
    """asyncua's server with writes checked one by one."""

    def __init__(self, plc: Plc, port: int, start_ns: int) -> None:
        self._plc, self._port = plc, port
        self._server = Server(user_manager=_Users())
        self._checks = _CheckedWrites(self._server.iserver.aspace, _stamp(start_ns))
        self._server.iserver.attribute_service = self._checks
        self._measured: list[Any] = []
        self._inputs: list[Any] = []
        self._status: list[tuple[Any, Any]] = []
        self._kinds = [getattr(ua.VariantType, p.kind) for p in POINTS]
        self._up = False

    @property
    def address(self) -> str:
        """The endpoint's URL."""
        return f"opc.tcp://{HOST}:{self._port}/rami/{self._plc.topology.name}"

    async def open(self) -> None:
        """As in Front."""
        # what a client did wrong is told to it, not to the terminal
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        server = self._server
        await server.init()
        server.set_endpoint(self.address)
        server.set_server_name(f"emulated {self._plc.topology.name}")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        index = await server.register_namespace(namespace(self._plc.topology.name))
        await self._populate(index)
        with port_errors("--opcua", self._port):
            await server.start()
        self._port = server.bserver._server.sockets[0].getsockname()[1]
        self._up = True

    async def _populate(self, index: int) -> None:
        plc = self._plc
        objects = self._server.nodes.objects
        root = await objects.add_folder(
            ua.NodeId(plc.topology.name, index), ua.QualifiedName(plc.topology.name, index)
        )
        folders: dict[str, Any] = {}

        async def folder(name: str) -> Any:
            if name not in folders:
                place, called = ua.NodeId(name, index), ua.QualifiedName(name, index)
                folders[name] = await root.add_folder(place, called)
            return folders[name]

        for point in plc.outputs.points:
            component, _, short = point.name.rpartition(".")
            span = _SPANS.get(point.quantity, (-1e9, 1e9))
            node = await _variable(
                await folder(component), index, point.name, short, _words(point), point.unit, span
            )
            self._measured.append(node.nodeid)
        for place, point in enumerate(plc.inputs.points):
            component, _, short = point.name.rpartition(".")
            span = range_of(point)
            node = await _variable(
                await folder(component), index, point.name, short, _words(point), point.unit, span
            )
            await node.set_writable()
            self._inputs.append(node.nodeid)
            self._checks.writes[node.nodeid] = (ua.VariantType.Double, self._writing(place))
        for status, kind in zip(POINTS, self._kinds, strict=True):
            node = await _variable(
                await folder(FOLDER),
                index,
                f"{FOLDER}.{status.name}",
                status.name,
                status.description,
                status.unit,
                (0.0, 2.0**32 - 1),
                kind,
            )
            self._status.append((node.nodeid, kind))
            if status.writable:
                await node.set_writable()
                self._checks.writes[node.nodeid] = (kind, (plc.beat, lambda: plc.heartbeat))

    def _writing(self, place: int) -> _Write:
        plc = self._plc
        return lambda value: plc.write(place, value), lambda: float(plc.image[place])

    async def publish(self, now_ns: int) -> None:
        """As in Front; source time stamps are of the scan that told the value."""
        plc = self._plc
        if plc.frozen:
            return
        write = self._server.iserver.aspace.write_attribute_value
        value_of = ua.AttributeIds.Value
        good, failed = ua.StatusCode(0), ua.StatusCode(ua.StatusCodes.BadSensorFailure)
        double = ua.VariantType.Double
        stamps: dict[float, datetime] = {}
        for nodeid, value, told, bad in zip(
            self._measured,
            plc.values.tolist(),
            plc.told_s.tolist(),
            plc.bad.tolist(),
            strict=True,
        ):
            if told not in stamps:
                stamps[told] = _stamp(now_ns - round((plc.elapsed_s - told) * NS))
            variant = ua.Variant(None if bad else value, ua.VariantType.Null if bad else double)
            status = failed if bad else good
            await write(nodeid, value_of, ua.DataValue(variant, status, stamps[told]))
        now = self._checks.now = _stamp(now_ns)
        for nodeid, value in zip(self._inputs, plc.image.tolist(), strict=True):
            await write(nodeid, value_of, ua.DataValue(ua.Variant(value, double), good, now))
        for (nodeid, kind), value in zip(self._status, status_values(plc), strict=True):
            number = value if kind == double else int(value)
            await write(nodeid, value_of, ua.DataValue(ua.Variant(number, kind), good, now))

    async def drop(self) -> None:
        """As in Front."""
        if self._up:
            self._up = False
            for transport in list(self._server.iserver.asyncio_transports):
                transport.abort()
            await self._server.bserver.stop()

    async def restore(self) -> None:
        """As in Front."""
        if not self._up:
            self._server.bserver.port = self._port
            with port_errors("--opcua", self._port):
                await self._server.bserver.start()
            self._up = True

    async def close(self) -> None:
        """As in Front."""
        if self._up:
            self._up = False
            await self._server.stop()
        elif self._server.bserver is not None:
            await self._server.iserver.stop()


class _Users(UserManager):  # type: ignore[misc]
    """Nobody from outside is more than a user, whatever the name."""

    def get_user(self, *_: Any, **__: Any) -> Any:
        """A plain user."""
        return User(role=UserRole.User)


class _CheckedWrites(AttributeService):  # type: ignore[misc]
    """Refuses all but values of known variables, of the right type, that the PLC takes."""

    def __init__(self, space: Any, now: datetime) -> None:
        super().__init__(space)
        self._space, self.now = space, now
        self.writes: dict[Any, tuple[Any, _Write]] = {}

    async def write(self, params: Any, user: Any = None) -> list[Any]:
        """A status for each value, in order."""
        if user is None or user.role == UserRole.Admin:
            # the server itself
            return list(await super().write(params))
        return [await self._one(item) for item in params.NodesToWrite]

    async def _one(self, item: Any) -> Any:
        known = self.writes.get(item.NodeId)
        if known is None:
            # never as an error of the service: the client asked about one node among others
            return ua.StatusCode(_unknown(self._space, item))
        if item.AttributeId != ua.AttributeIds.Value or item.IndexRange:
            return ua.StatusCode(ua.StatusCodes.BadNotWritable)
        kind, (take, held) = known
        variant = item.Value.Value
        if variant is None or variant.VariantType != kind or variant.is_array:
            return ua.StatusCode(ua.StatusCodes.BadTypeMismatch)
        if isinstance(variant.Value, list | tuple) or variant.Value is None:
            return ua.StatusCode(ua.StatusCodes.BadTypeMismatch)
        if item.Value.StatusCode is not None and not item.Value.StatusCode.is_good():
            return ua.StatusCode(ua.StatusCodes.BadWriteNotSupported)
        try:
            take(variant.Value)
        except Refused as refused:
            return ua.StatusCode(_REASONS[refused.reason])
        # whoever reads at once sees what the PLC holds
        shown = ua.DataValue(ua.Variant(held(), kind), ua.StatusCode(0), self.now)
        await self._space.write_attribute_value(item.NodeId, ua.AttributeIds.Value, shown)
        return ua.StatusCode(0)


def _unknown(space: Any, item: Any) -> int:
    known = space.read_attribute_value(item.NodeId, ua.AttributeIds.NodeClass).StatusCode.is_good()
    return int(ua.StatusCodes.BadNotWritable if known else ua.StatusCodes.BadNodeIdUnknown)


def _words(point: Point) -> str:
    return point.description or (
        "set-point" if point.direction is Direction.ACTUATED else point.quantity.replace("_", " ")
    )


async def _variable(
    folder: Any,
    index: int,
    name: str,
    short: str,
    words: str,
    unit: str,
    span: tuple[float, float],
    kind: Any = ua.VariantType.Double,
) -> Any:
    """An analogue variable with unit and range (OPC UA Part 8, 5.3.2)."""
    start = 0.0 if kind == ua.VariantType.Double else 0
    called = ua.QualifiedName(short, index)
    node = await folder.add_variable(ua.NodeId(name, index), called, start, kind)
    await node.write_attribute(
        ua.AttributeIds.Description, ua.DataValue(ua.Variant(ua.LocalizedText(words)))
    )
    told = unit_information(unit)
    information = ua.EUInformation()
    information.NamespaceUri = told.namespace
    information.UnitId = told.number
    information.DisplayName = ua.LocalizedText(told.shown)
    information.Description = ua.LocalizedText(told.description)
    await node.add_property(0, "EngineeringUnits", information)
    low, high = (float(np.clip(x, -1e12, 1e12)) for x in span)
    await node.add_property(0, "EURange", ua.Range(low, high))
    return node


def _stamp(ns: int) -> datetime:
    return moment(ns)
