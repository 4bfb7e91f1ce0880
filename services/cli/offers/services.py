"""`rami services`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json, Site

app = typer.Typer(
    help="Services of owners: who says what to whom, and who waits for whom.",
    no_args_is_help=True,
)
Parties = Annotated[Path, typer.Option(help="folder that `rami parties` made")]


@app.command("list")
@ending.handled
def list_(site: Site = None, json: Json = False) -> None:
    """The services of a site, what they consume and provide, who waits for whom."""
    from services.cli import services as work

    work.listed(site, json)


@app.command()
@ending.handled
def check(site: Site = None, json: Json = False) -> None:
    """Circles, needs that nobody fulfils or no zone lets through, offers that nobody hears."""
    from services.cli import services as work

    work.check(site, json)


@app.command()
@ending.handled
def new(
    name: Annotated[str, typer.Argument(help="name of the service, e.g. district_load")],
    out: Annotated[
        Path | None, typer.Option(help="folder to make; without it the name", show_default=False)
    ] = None,
) -> None:
    """Write a package of its own with a service that works, and its test."""
    from services.platform import skeleton as work

    work.write(name, out or Path(name))


@app.command()
@ending.handled
def run(
    site: Annotated[Path, typer.Argument(help="site file")],
    owner: Annotated[
        list[str] | None, typer.Option(help="run this owner's services only; may be repeated")
    ] = None,
    folder: Annotated[Path, typer.Option(help="where owners' own files are kept")] = Path("data"),
    cycles: Annotated[
        int, typer.Option(min=0, help="end after this many looks at the clock; 0: until stopped")
    ] = 0,
    at: Annotated[
        str | None,
        typer.Option(help="simulated time from this instant on, one period for each cycle"),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="go with the time of what comes: a run's, simulated")
    ] = False,
    json: Json = False,
) -> None:
    """Run a site's services, from a process of their own, until stopped."""
    from services.cli import services as work

    work.run(site, frozenset(owner or ()), folder, cycles, at, follow, json)


@app.command()
@ending.handled
def schema() -> None:
    """Print the JSON Schema of every kind of message."""
    from services.cli import services as work

    work.schema()


@app.command("broker-config")
@ending.handled
def broker_config(
    site: Annotated[list[Path], typer.Argument(help="site files that share the broker")],
    parties: Parties = Path("parties"),
    host: Annotated[str, typer.Option(help="address to listen at")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="port for TLS")] = 8883,
    name: Annotated[
        list[str] | None, typer.Option(help="name or address in the broker's certificate")
    ] = None,
    user: Annotated[str, typer.Option(help="whom the broker runs as when root starts it")] = "",
) -> None:
    """Write mosquitto's files: configuration, rights, passwords; one that runs reloads them."""
    from services.cli import services as work

    work.broker_config(site, parties, host, port, tuple(name or ("localhost",)), user)
