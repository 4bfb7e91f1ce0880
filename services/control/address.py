"""The control socket of a run: where it is, who may be at either end."""

from __future__ import annotations

import os
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from rami.core.errors import RunError, UnreachableError

#: name within the folder of a run
SOCKET_FILE = "control.sock"
#: bytes of a path that fit into an address (Linux: sockaddr_un)
_PATH_MOST = 107
_BACKLOG = 64


def listening(folder: Path) -> socket.socket:
    """A socket that listens at `folder`, of mode 0600; one that a dead process left is replaced.

    Raises RunError where the folder is none, belongs to somebody else, may be written by
    everybody, or a process listens there already (its pid is named).
    """
    path = folder / SOCKET_FILE
    try:
        with _alone(folder):
            _check(folder)
            if path.is_symlink() or path.exists():
                if not stat.S_ISSOCK(path.lstat().st_mode):
                    raise RunError(f"{path}: is no socket; remove it")
                if (pid := served_by(path)) is not None:
                    raise RunError(f"{folder}: runs already, as process {pid}")
                path.unlink()
            found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                os.fchmod(found.fileno(), 0o600)
                with _short(path) as address:
                    found.bind(address)
                path.chmod(0o600)
                found.listen(_BACKLOG)
            except BaseException:
                found.close()
                raise
    except OSError as error:
        raise RunError(f"{path}: cannot be opened: {error.strerror or error}") from None
    return found


def connected(path: Path, timeout_s: float) -> socket.socket:
    """A connection to whoever listens at `path`.

    Raises UnreachableError where nobody does, or somebody who is neither this user nor root.
    """
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # blocks while others stand at the door; with a timeout of Python's it would fail at once
        found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(timeout_s))
        with _short(path) as address:
            found.connect(address)
        found.settimeout(timeout_s)
        _, uid = peer(found)
        if os.geteuid() != 0 and not trusted(uid):
            raise UnreachableError(f"{path}: belongs to another user (uid {uid})")
    except OSError as error:
        found.close()
        if isinstance(error, BlockingIOError):
            why = f"{path.parent} lets nobody in within {timeout_s:g} s"
        else:
            why = f"nobody runs at {path.parent}: {error.strerror or error}"
        raise UnreachableError(why) from None
    except BaseException:
        found.close()
        raise
    return found


def served_by(path: Path) -> int | None:
    """The process that listens at `path`; None where none does."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.setblocking(False)
        try:
            with _short(path) as address:
                probe.connect(address)
        except BlockingIOError:
            return 0  # lives, with more at its door than it lets in
        except OSError:
            return None
        pid, _ = peer(probe)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None  # its children hold what it left
    except PermissionError:
        pass
    return pid


def peer(connection: socket.socket) -> tuple[int, int]:
    """Process and user at the other end, as the kernel has them (SO_PEERCRED)."""
    packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, uid, _ = struct.unpack("3i", packed)
    return pid, uid


def trusted(uid: int) -> bool:
    """Whether a user is the owner of this process, or root."""
    return uid in (os.geteuid(), 0)


def _timeval(seconds: float) -> bytes:
    whole = int(seconds)
    return struct.pack("@ll", whole, max(int((seconds - whole) * 1e6), 1))


def _check(folder: Path) -> None:
    found = folder.stat()
    if not trusted(found.st_uid):
        raise RunError(f"{folder}: belongs to another user (uid {found.st_uid})")
    if found.st_mode & stat.S_IWOTH:
        raise RunError(f"{folder}: everybody may write there; chmod o-w {folder}")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process opens its socket in `folder` meanwhile."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """An address for a path of any length, through the open folder where it is too long."""
    if len(os.fsencode(path)) <= _PATH_MOST:
        yield str(path)
        return
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{path.name}"
    finally:
        os.close(handle)
