"""`rami users`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli import ending
from services.cli.options import Json

app = typer.Typer(help="Who may log in to the OPC UA server.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="name of the user")]
UsersFile = Annotated[
    Path, typer.Option("--users", help="the file that `opcua.users` of the site names")
]
_FILE = Path("users.json")


@app.command()
@ending.handled
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="observer, operator, engineer or admin")] = "observer",
    password_env: Annotated[
        str | None,
        typer.Option(help="variable with the password; without it you are asked", metavar="NAME"),
    ] = None,
    users: UsersFile = _FILE,
) -> None:
    """Add a user, or give one a new role and password."""
    from services.cli import users as work

    work.add(users, name, role, password_env)


@app.command()
@ending.handled
def remove(name: Name, users: UsersFile = _FILE) -> None:
    """Remove a user; whoever is logged in by this name is cut off."""
    from services.cli import users as work

    work.remove(users, name)


@app.command("list")
@ending.handled
def list_(users: UsersFile = _FILE, json: Json = False) -> None:
    """Names and roles."""
    from services.cli import users as work

    work.show(users, json)
