"""`rami emulate` and `rami emulator`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json

app = typer.Typer(help="Commands to an emulator that runs.", no_args_is_help=True)

Port = Annotated[int, typer.Argument(min=1, max=65535, help="control port of the emulator")]


@ending.handled
def emulate(
    site: Annotated[Path, typer.Argument(help="site file")],
    twin: Annotated[str, typer.Option(help="twin whose plant is emulated")],
    opcua: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="port of the OPC UA server; 0: any free one"),
    ] = None,
    modbus: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="port of the Modbus TCP server; 0: any free one"),
    ] = None,
    control: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="port of the control channel; 0: any free one"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="of parameters, sensors and noise")] = 0,
    deviation: Annotated[
        str, typer.Option(help="how far parameters may be off what is declared")
    ] = "10 %",
    scan: Annotated[str, typer.Option(help="cycle of the PLC")] = "1 s",
    heartbeat: Annotated[
        str, typer.Option(help="silence of the controller before the safe state, or 'off'")
    ] = "30 s",
    speed: Annotated[float | None, typer.Option(help="times as fast as the clock")] = None,
    lockstep: Annotated[
        bool, typer.Option("--lockstep", help="time passes only when told (needs --control)")
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="fault from the start, e.g. drift:hp.P_el,rate=5; repeatable"),
    ] = None,
    write_map: Annotated[
        Path | None, typer.Option(help="write the node map or register map to this CSV file")
    ] = None,
    write_truth: Annotated[
        Path | None, typer.Option(help="write what was drawn from the seed to this JSON file")
    ] = None,
    files_only: Annotated[
        bool, typer.Option("--files-only", help="write the files and stop")
    ] = False,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="end when stdin is closed (for parents)")
    ] = False,
    json: Json = False,
) -> None:
    """Emulate the PLC and the plant of a twin until stopped."""
    from services.cli import emulate as work

    work.emulate(
        site,
        work.Options(
            twin,
            opcua,
            modbus,
            control,
            seed,
            deviation,
            scan,
            heartbeat,
            speed,
            lockstep,
            tuple(fault or ()),
            write_map,
            write_truth,
            files_only,
            until_eof,
        ),
        json,
    )


@app.callback()
def _group() -> None:
    """Commands to an emulator that runs."""


@app.command()
@ending.handled
def status(port: Port, json: Json = False) -> None:
    """Show time, who is in control, and the faults that are on."""
    from services.cli import emulator as work

    work.status(port, json)


@app.command()
@ending.handled
def advance(
    port: Port, span: Annotated[str, typer.Argument(help="e.g. '10 s'; lockstep only")]
) -> None:
    """Let the plant run for so long."""
    from services.cli import emulator as work

    work.advance(port, span)


@app.command()
@ending.handled
def fault(
    port: Port,
    spec: Annotated[str, typer.Argument(help="e.g. fouling:hex_hnht,rate=0.02")],
) -> None:
    """Put a fault on; prints the name to clear it by."""
    from services.cli import emulator as work

    work.fault(port, spec)


@app.command()
@ending.handled
def clear(
    port: Port, name: Annotated[str, typer.Argument(help="name of a fault, or 'all'")]
) -> None:
    """Take a fault off."""
    from services.cli import emulator as work

    work.clear(port, name)


@app.command()
@ending.handled
def stop(port: Port) -> None:
    """End the emulator."""
    from services.cli import emulator as work

    work.stop(port)
