"""Who may log in: a file of names, roles and password digests."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rami.communication.information_model.access import Person
from rami.core.errors import ConfigurationError, Problem
from rami.core.wording import did_you_mean
from services.opcua.security.passwords import LONGEST, NOBODY, digest, is_digest, matches
from services.opcua.security.private_file import write_private

ROLES = tuple(Person)
SHORTEST = 10
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


@dataclass(frozen=True)
class User:
    """One who may log in."""

    name: str
    role: Person
    password: str


class Users:
    """The users file; read anew when it has changed, so that a removal counts at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp: tuple[int, int, int] | None = None
        self._users: Mapping[str, User] = {}

    def all(self) -> tuple[User, ...]:
        """By name. ConfigurationError with all that is wrong in the file."""
        self._refresh()
        return tuple(self._users[name] for name in sorted(self._users))

    def exists(self, name: str) -> bool:
        """Whether there was such a user when the file was last read."""
        return name in self._users

    def role_of(self, name: str) -> Person | None:
        """None where there is no such user any more. ConfigurationError as `all`."""
        self._refresh()
        user = self._users.get(name)
        return user.role if user else None

    def admitted(self, name: str, password: str) -> User | None:
        """The user, if this is the password. Takes as long for names that do not exist."""
        self._refresh()
        user = self._users.get(name)
        right = matches(password, user.password if user else NOBODY)
        return user if right else None

    def add(self, name: str, role: str, password: str) -> bool:
        """Add a user, or give one a new role and password; whether there was none before."""
        problems = [*_problems(name, role), *_weak(password, name)]
        if problems:
            raise ConfigurationError([Problem(str(self._file), p) for p in problems])
        self._refresh()
        new = name not in self._users
        self._write({**self._users, name: User(name, Person(role), digest(password))})
        return new

    def remove(self, name: str) -> None:
        """ConfigurationError where there is no such user."""
        self._refresh()
        if name not in self._users:
            hint = did_you_mean(name, tuple(self._users))
            raise ConfigurationError([Problem(str(self._file), f"no user {name!r}", hint)])
        self._write({n: u for n, u in self._users.items() if n != name})

    def _write(self, users: Mapping[str, User]) -> None:
        content = {n: {"role": u.role, "password": u.password} for n, u in sorted(users.items())}
        write_private(self._file, json.dumps({"users": content}, indent=1).encode() + b"\n")
        self._stamp = None
        self._refresh()

    def _refresh(self) -> None:
        try:
            seen = self._file.stat()
        except FileNotFoundError:
            self._stamp, self._users = None, {}
            return
        stamp = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
        if stamp != self._stamp:
            self._users, self._stamp = _read(self._file), stamp


def _read(file: Path) -> Mapping[str, User]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError([Problem(str(file), f"no users file: {error}")]) from None
    listed = content.get("users") if isinstance(content, dict) else None
    if not isinstance(listed, dict):
        what = "wanted an object `users`"
        raise ConfigurationError([Problem(str(file), what, "make it with `rami users add`")])
    problems: list[Problem] = []
    users: dict[str, User] = {}
    for name, entry in listed.items():
        held: dict[str, Any] = entry if isinstance(entry, dict) else {}
        role, password = held.get("role"), held.get("password")
        wrong = _problems(name, role)
        if not is_digest(password):
            wrong.append("`password` is no digest: set it with `rami users add`")
        problems += [Problem(f"{file}: users.{name}", what) for what in wrong]
        if not wrong:
            users[name] = User(name, Person(str(role)), str(password))
    if problems:
        raise ConfigurationError(problems)
    return users


def _problems(name: str, role: object) -> list[str]:
    found = []
    if not _NAME.fullmatch(name):
        found.append(f"{name!r} is no user name: letters, digits and ._@-, at most 64")
    if role not in ROLES:
        found.append(f"role {role!r}, wanted one of {', '.join(ROLES)}")
    return found


def _weak(password: str, name: str) -> list[str]:
    if not SHORTEST <= len(password) <= LONGEST:
        return [f"a password has {SHORTEST} to {LONGEST} characters, got {len(password)}"]
    if password.lower() == name.lower() or len(set(password)) < 5:
        return ["this password is too easy to guess"]
    return []
