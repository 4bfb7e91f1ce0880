"""Signatures (Ed25519, RFC 8032) over topic and text, so that no broker can speak for a party."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

_CONTEXT = b"rami message 1\0"


class Directory(Protocol):
    """Who is who: public keys that hold now."""

    def keys(self, party: str) -> Mapping[str, bytes]:
        """Raw public keys by their id; none for an unknown or revoked party."""

    def revoked(self, party: str) -> bool:
        """Whether a party was known and is not any more."""


@dataclass(frozen=True)
class Signature:
    """64 bytes, and the id of the key that made them."""

    key: str
    value: bytes


@dataclass(frozen=True)
class Signer:
    """A party's private key (32 raw bytes) with its id."""

    key: str
    private: bytes

    def sign(self, topic: str, text: bytes) -> Signature:
        """Over both, so that a text cannot be moved to another topic."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        made = Ed25519PrivateKey.from_private_bytes(self.private).sign(_whole(topic, text))
        return Signature(self.key, made)


def is_signed(
    directory: Directory, party: str, topic: str, text: bytes, signature: Signature | None
) -> bool:
    """Whether the party's key that holds now made this signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if signature is None or len(signature.value) != 64:
        return False
    public = directory.keys(party).get(signature.key)
    if public is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature.value, _whole(topic, text))
    except InvalidSignature:
        return False
    return True


def _whole(topic: str, text: bytes) -> bytes:
    return _CONTEXT + topic.encode() + b"\0" + text
