"""Files of a mosquitto broker: configuration, rights by topic, passwords, certificate."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path

from rami.communication.service.bus import Rights
from rami.communication.service.message import LIMIT, Topic
from services.platform.parties import authority
from services.platform.parties.secret_file import write_secret

_ITERATIONS = 5_000
#: first part of every topic on a broker
_ROOT = "rami"


def write(
    folder: Path,
    rights: Iterable[Rights],
    ca: Path,
    host: str,
    port: int,
    names: Sequence[str] = ("localhost",),
    user: str = "",
) -> Path:
    """All files into `folder`; the configuration, for `mosquitto -c`. A broker that runs takes
    over the rights at once."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "store").mkdir(exist_ok=True, mode=0o700)
    if not (folder / "broker.pem").exists():
        hosts = tuple(dict.fromkeys([*names, host]))
        authority.issue(ca, "broker", folder / "broker.pem", folder / "broker_key.pem", hosts)
    if not (folder / "passwords").exists():
        write_secret(folder / "passwords", b"")
    write_secret(folder / "acl", acl(rights).encode())
    lines = [
        f"listener {port} {host}",
        "allow_anonymous false",
        f"password_file {folder / 'passwords'}",
        f"acl_file {folder / 'acl'}",
        f"cafile {ca / 'ca.pem'}",
        f"certfile {folder / 'broker.pem'}",
        f"keyfile {folder / 'broker_key.pem'}",
        "require_certificate true",
        "tls_version tlsv1.2",
        f"message_size_limit {LIMIT}",
        "max_queued_messages 2000",
        "max_queued_bytes 67108864",
        "persistence true",
        f"persistence_location {folder / 'store'}/",
        f"pid_file {folder / 'mosquitto.pid'}",
        f"log_dest file {folder / 'broker.log'}",
        *([f"user {user}"] if user else []),
    ]
    configuration = folder / "mosquitto.conf"
    write_secret(configuration, ("\n".join(lines) + "\n").encode())
    reload(folder)
    return configuration


def acl(rights: Iterable[Rights]) -> str:
    """Rights in mosquitto's words; who is not named may do nothing."""
    parts = []
    for one in rights:
        topics = [f"topic write {_filter(t)}" for t in one.sends]
        topics += [f"topic read {_filter(t)}" for t in one.hears]
        parts.append("\n".join([f"user {one.party}", *dict.fromkeys(topics)]))
    return "\n\n".join(parts) + "\n"


def with_password(folder: Path, party: str, password: str) -> None:
    """A party's line in the file of passwords, new or replaced."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _set_line(folder, party, f"{party}:{hashed(password)}")


def without(folder: Path, party: str) -> None:
    """No password and no right for a party; a broker that runs ends its connections."""
    _set_line(folder, party, "")
    file = folder / "acl"
    if file.exists():
        parts = file.read_text(encoding="utf-8").split("\n\n")
        left = [p for p in parts if p.splitlines()[:1] != [f"user {party}"]]
        write_secret(file, "\n\n".join(left).encode())
    reload(folder)


def reload(folder: Path) -> bool:
    """Tell the broker that runs on these files to read them anew; whether there is one."""
    try:
        pid = int((folder / "mosquitto.pid").read_text(encoding="utf-8"))
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
        if name != "mosquitto":
            return False  # the number has passed on to another process
        os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError):
        return False
    return True


def hashed(password: str) -> str:
    """As mosquitto keeps it: PBKDF2 of SHA-512."""
    salt = secrets.token_bytes(12)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS, 64)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def _set_line(folder: Path, party: str, line: str) -> None:
    file = folder / "passwords"
    there = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    lines = [old for old in there if old.partition(":")[0] != party] + ([line] if line else [])
    write_secret(file, "".join(f"{text}\n" for text in lines).encode())


def _filter(topic: Topic) -> str:
    return "/".join([_ROOT, *("+" if part == "*" else part for part in str(topic).split("/"))])
