"""Passwords as salted scrypt digests (RFC 7914), compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

#: cost, block size and parallelism: 16 MB and some 50 ms for each try
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_LENGTH, _SALT = 32, 16
_KIND = "scrypt"
#: what a user who does not exist is compared with, so that a guess takes as long
NOBODY = f"{_KIND}${_COST}${_BLOCK}${_PARALLEL}$AAAAAAAAAAAAAAAAAAAAAA==${'A' * 43}="
#: longer ones are refused before any work is done
LONGEST = 256


def digest(password: str) -> str:
    """`scrypt$cost$block$parallel$salt$digest` with a fresh salt."""
    salt = os.urandom(_SALT)
    parts = (_COST, _BLOCK, _PARALLEL, _text(salt), _text(_scrypt(password, salt, _COST)))
    return "$".join((_KIND, *map(str, parts)))


def matches(password: str, kept: str) -> bool:
    """Whether a password gives this digest. Takes its time: call it off the event loop."""
    kind, cost, block, parallel, salt, wanted = kept.split("$")
    if kind != _KIND or len(password) > LONGEST:
        return False
    found = _scrypt(password, base64.b64decode(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(found, base64.b64decode(wanted))


def is_digest(text: object) -> bool:
    """Whether a users file may hold this as a password."""
    if not isinstance(text, str):
        return False
    parts = text.split("$")
    try:
        cost, block, parallel = map(int, parts[1:4])
        salt, wanted = (base64.b64decode(p, validate=True) for p in parts[4:])
    except ValueError:
        return False
    bounded = 2**14 <= cost <= 2**17 and cost & (cost - 1) == 0 and block == 8 and parallel == 1
    return parts[0] == _KIND and bounded and len(salt) >= _SALT and len(wanted) == _LENGTH


def _scrypt(
    password: str, salt: bytes, cost: int, block: int = _BLOCK, parallel: int = _PARALLEL
) -> bytes:
    memory = 256 * cost * block
    return hashlib.scrypt(
        password.encode(), salt=salt, n=cost, r=block, p=parallel, maxmem=memory, dklen=_LENGTH
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
