"""`rami users`: names, roles and passwords of those who may log in."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem
from services.cli.output import note, print_json, print_table


def add(file: Path, name: str, role: str, password_env: str | None) -> None:
    """Add or change one; the password is never an argument, others could read it there."""
    from services.opcua.security.users import Users

    new = Users(file).add(name, role, _password(name, password_env))
    note(f"{'added' if new else 'changed'}: {name}, {role}; {file}")


def remove(file: Path, name: str) -> None:
    """Remove one."""
    from services.opcua.security.users import Users

    Users(file).remove(name)
    note(f"removed: {name}; {file}")


def show(file: Path, json: bool) -> None:
    """Names and roles."""
    from services.opcua.security.users import Users

    users = Users(file).all()
    if json:
        print_json([{"name": u.name, "role": u.role.value} for u in users])
    else:
        print_table(("name", "role"), [(u.name, u.role.value) for u in users])


def _password(name: str, variable: str | None) -> str:
    if variable is not None:
        word = os.environ.get(variable, "")
        if not word:
            what = f"the environment has no {variable}"
            raise ConfigurationError([Problem("--password-env", what, "export it")])
        return word
    if not sys.stdin.isatty():
        what = "nobody is here to be asked for a password"
        raise ConfigurationError([Problem("", what, "--password-env NAME")])
    word = getpass.getpass(f"password of {name}: ")
    if getpass.getpass("once more: ") != word:
        raise ConfigurationError("the two passwords differ")
    return word
