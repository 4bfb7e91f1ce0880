"""`rami emulator`: commands to an emulator over its control channel."""

from __future__ import annotations

from rami.core import units
from rami.core.errors import ConfigurationError, Problem
from services.cli.output import print_json, print_table, say
from services.emulate.control_client import command


def status(port: int, json: bool) -> None:
    """Print what the emulator tells of itself. Raises RamiError."""
    told = command(port, {"status": True})
    if json:
        print_json(told)
        return
    faults = told.pop("faults")
    print_table(("what", "value"), [(name, str(v)) for name, v in told.items()])
    if faults:
        rows = [(f["name"], "yes" if f["active"] else "waits") for f in faults]
        print_table(("fault", "active"), rows)


def advance(port: int, span: str) -> None:
    """Let the plant run. Raises RamiError."""
    try:
        seconds = units.parse(span, "time")
    except ValueError as error:
        raise ConfigurationError([Problem("advance", str(error))]) from None
    say(command(port, {"advance": seconds}, patience_s=None)["time"])


def fault(port: int, spec: str) -> None:
    """Put a fault on. Raises RamiError."""
    say(command(port, {"fault": spec})["name"])


def clear(port: int, name: str) -> None:
    """Take a fault off. Raises RamiError."""
    command(port, {"clear": name})


def stop(port: int) -> None:
    """End the emulator. Raises RamiError."""
    command(port, {"stop": True})
