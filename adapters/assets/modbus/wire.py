"""One TCP connection, spoken through pymodbus; the one place that knows its exceptions."""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from rami.core.errors import ConfigurationError

if TYPE_CHECKING:
    from pymodbus.client import ModbusTcpClient

#: Modbus Application Protocol V1.1b3, section 7
_WORDS = {
    1: "illegal function",
    2: "illegal address",
    3: "illegal value",
    4: "device failure",
    5: "acknowledged, still at work",
    6: "device busy",
    7: "negative acknowledge",
    8: "memory parity error",
    10: "gateway: no path to the device",
    11: "gateway: the device does not answer",
}
#: the device has no such register, or not so many at once
NOT_THERE = (1, 2, 3)
_MALFORMED = (struct.error, ValueError, IndexError, TypeError, AttributeError)


class Trouble(Exception):
    """Why a request was in vain."""


class Lost(Trouble):
    """The connection is no more."""


class Silent(Trouble):
    """No answer in time, on a connection that stands; it was closed, lest answers mix."""


class Refused(Trouble):
    """The device answered with an exception."""

    def __init__(self, code: int) -> None:
        super().__init__(
            f"the device answers {_WORDS.get(code, 'an exception')} (exception {code})"
        )
        self.code = code


class Wire:
    """Requests to the devices at one address, one at a time; waits `timeout_s` for each answer.

    Not safe for several threads, but for `interrupt`.
    """

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        try:
            import pymodbus.client
        except ImportError:
            raise ConfigurationError(
                "kind modbus needs pymodbus: pip install 'rami-twins[modbus]'"
            ) from None
        # what it logs is told by link, answers and errors
        logging.getLogger("pymodbus").addHandler(logging.NullHandler())
        self._make = pymodbus.client.ModbusTcpClient
        self.host, self.port, self.timeout_s = host, port, timeout_s
        self._client: ModbusTcpClient | None = None
        self._socket: socket.socket | None = None

    def connect(self) -> None:
        """A fresh client on a fresh connection; Lost."""
        self.close()
        try:
            connected = socket.create_connection((self.host, self.port), self.timeout_s)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise Lost(_reason(error)) from error
        client = self._make(self.host, port=self.port, timeout=self.timeout_s, retries=0)
        client.socket = connected
        self._client, self._socket = client, connected

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._client is not None and self._client.socket is not None

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
        self._client = self._socket = None

    def interrupt(self) -> None:
        """End a wait for an answer, from another thread; the waiting one gets Lost."""
        connected = self._socket
        if connected is not None:
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def read(
        self, device: int, table: str, address: int, count: int, timeout_s: float | None = None
    ) -> Sequence[int]:
        """`count` registers, or bits as 0 and 1; Lost, Silent, Refused."""
        with self._translated(timeout_s) as client:
            ask = {
                "holding": client.read_holding_registers,
                "input": client.read_input_registers,
                "coil": client.read_coils,
                "discrete": client.read_discrete_inputs,
            }[table]
            answer = _checked(ask(address, count=count, device_id=device))
            found = answer.bits[:count] if table in ("coil", "discrete") else answer.registers
        if len(found) != count:
            self.close()
            raise Lost(f"{len(found)} registers were answered, {count} asked for")
        return [int(v) for v in found]

    def write(
        self,
        device: int,
        table: str,
        address: int,
        values: Sequence[int],
        timeout_s: float | None = None,
        *,
        single: bool = False,
    ) -> None:
        """Set registers (function 16) or coils (15); `single`: one by one (6, 5)."""
        with self._translated(timeout_s) as client:
            if single and table == "coil":
                for n, value in enumerate(values):
                    _checked(client.write_coil(address + n, bool(value), device_id=device))
            elif single:
                for n, value in enumerate(values):
                    _checked(client.write_register(address + n, value, device_id=device))
            elif table == "coil":
                _checked(client.write_coils(address, [bool(v) for v in values], device_id=device))
            else:
                _checked(client.write_registers(address, list(values), device_id=device))

    @contextmanager
    def _translated(self, timeout_s: float | None) -> Iterator[ModbusTcpClient]:
        from pymodbus.exceptions import ConnectionException, ModbusException, ModbusIOException

        client = self._client
        if client is None or client.socket is None:
            raise Lost("not connected")
        client.comm_params.timeout_connect = timeout_s or self.timeout_s
        try:
            yield client
        except ModbusIOException as error:
            self.close()
            raise Silent("no answer in time") from error
        except (ConnectionException, OSError) as error:
            self.close()
            raise Lost("the connection was closed by the other side") from error
        except (ModbusException, *_MALFORMED) as error:
            self.close()
            raise Lost(f"the answer cannot be read: {error}") from error


def _checked(answer: Any) -> Any:
    if answer.isError():
        raise Refused(int(getattr(answer, "exception_code", 0)))
    return answer


def _reason(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return error.strerror or str(error) or type(error).__name__
