"""What can go wrong on a link, in words; the one place that knows asyncua's exceptions."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence

from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from cryptography.exceptions import InvalidSignature

from rami.core.errors import ConfigurationError, Problem

#: of network and server, and what a stranger's bytes do to asyncua's decoder
TROUBLE: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    UaError,
    struct.error,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    asyncio.InvalidStateError,
    InvalidSignature,
)


#: what servers refuse a session with, and what helps
_MENDED = {
    "BadIdentityTokenRejected": "it wants another kind of user: see `user`",
    "BadIdentityTokenInvalid": "it wants another kind of user: see `user`",
    "BadUserAccessDenied": "name and password do not fit, or this user may not",
    "BadSecurityChecksFailed": "does it trust our certificate?",
    "BadCertificateUntrusted": "have it trust our certificate",
    "BadTooManySessions": "others hold all its sessions",
}


class Lost(Exception):
    """The link is no more; says why."""


def in_words(error: BaseException) -> str:
    """One line on what happened."""
    if isinstance(error, Lost):
        return str(error)
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, UaStatusCodeError):
        name = status_name(error.code)
        mended = _MENDED.get(name)
        return f"the server answered {name}" + (f"; {mended}" if mended else "")
    if isinstance(error, UaError):
        return " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, OSError):
        return error.strerror or " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, InvalidSignature):
        return "the server's signature does not fit its certificate"
    return f"the server's answer cannot be read ({type(error).__name__})"


def status_name(code: int) -> str:
    """`BadNodeIdUnknown`, or the number where it has no name."""
    from asyncua.ua.status_codes import get_name_and_doc

    name = str(get_name_and_doc(code)[0])
    return name if name.startswith(("Good", "Bad", "Uncertain")) else f"0x{code:08X}"


class NodesFailedError(ConfigurationError):
    """Nodes that cannot serve their points; as text a tree of all of them by component."""

    def __init__(self, place: str, of: int, failed: Sequence[tuple[str, Problem]]) -> None:
        super().__init__(
            Problem(problem.where, f"{point}: {problem.what}", problem.hint)
            for point, problem in failed
        )
        self._place, self._of, self._failed = place, of, tuple(failed)

    def __str__(self) -> str:
        lines = [f"{self._place}: {len(self._failed)} of {self._of} nodes cannot be used"]
        groups: dict[str, list[tuple[str, Problem]]] = {}
        for point, problem in self._failed:
            groups.setdefault(point.rpartition(".")[0], []).append((point, problem))
        for component, problems in groups.items():
            lines.append(f"  {component}")
            for point, problem in problems:
                told = f"{problem.what}; hint: {problem.hint}" if problem.hint else problem.what
                lines.append(f"    {point}: {told} ({problem.where})")
        return "\n".join(lines)
