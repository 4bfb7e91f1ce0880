"""A PostgreSQL server of the tests' own: a new cluster on a unix socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

_CONNECT_S = 60.0
_HBA = """local all guarded scram-sha-256
local all all trust
"""
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`: on the PATH, else where Debian puts them."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "postgres").exists()), None)


class PostgresServer:
    """Started by `start`, ended by `stop`; ends with the test process in any case."""

    def __init__(self, binaries: Path, settings: Mapping[str, str] | None = None) -> None:
        self.binaries = binaries
        self._settings = {**_SETTINGS, **(settings or {})}
        self.folder = Path(tempfile.mkdtemp(prefix="rami-pg-"))
        self.data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._user = _other_user()
        if self._user:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._run(
            self._program("initdb"), "-D", str(self.data), "-U", "tests", "-A", "trust",
            "-E", "UTF8", "--locale=C", "--no-sync",
        )  # fmt: skip
        (self.data / "pg_hba.conf").write_text(_HBA, encoding="utf-8")

    @property
    def service(self) -> str:
        """Connection string."""
        return f"host={self.folder} user=tests dbname=postgres"

    def start(self) -> None:
        """Start and wait until it answers."""
        import psycopg

        options = [part for k, v in self._settings.items() for part in ("-c", f"{k}={v}")]
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [*self._as_user(), self._program("postgres"), "-D", str(self.data),
             "-k", str(self.folder), *options],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder,
        )  # fmt: skip
        log.close()
        until = time.monotonic() + _CONNECT_S
        while True:
            try:
                psycopg.connect(self.service).close()
                return
            except psycopg.OperationalError:
                gone = self._process.poll() is not None
                if gone or time.monotonic() > until:
                    self.stop()
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.02)

    def halt(self) -> None:
        """End the server and keep its data."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_CONNECT_S)
            self._process = None

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _program(self, name: str) -> str:
        return str(self.binaries / name)

    def _as_user(self) -> list[str]:
        end = ["setpriv", "--pdeathsig", "INT"]
        if self._user is None:
            return end
        ids = (f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}", "--clear-groups")
        return [*end, *ids]

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            [*self._as_user(), *command], cwd=self.folder, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")


def _other_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: who runs it then."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("neither user 'postgres' nor 'nobody' exists")
