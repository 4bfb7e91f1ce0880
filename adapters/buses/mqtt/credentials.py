"""What a party needs to speak: the folder that enrolment handed to it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from rami.communication.service.signature import Signer
from rami.core.errors import ConfigurationError, Problem


@dataclass(frozen=True)
class Credentials:
    """A party's name, password, signing key, and TLS files."""

    party: str
    password: str = field(repr=False)
    signer: Signer = field(repr=False)
    folder: Path

    @classmethod
    def of(cls, folder: Path) -> Credentials:
        """From a party's folder. Raises ConfigurationError."""
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        try:
            party = (folder / "name").read_text(encoding="utf-8").strip()
            password = (folder / "password").read_text(encoding="utf-8").strip()
            key_id = (folder / "key_id").read_text(encoding="utf-8").strip()
            pem = (folder / "key.pem").read_bytes()
            key = serialization.load_pem_private_key(pem, None)
        except (OSError, ValueError) as error:
            what = f"no party's folder, or one that does not read: {error}"
            raise ConfigurationError(
                [Problem(str(folder), what, "`rami parties enrol` makes one")]
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigurationError([Problem(str(folder / "key.pem"), "is no Ed25519 key")])
        return cls(party, password, Signer(key_id, key.private_bytes_raw()), folder)

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer towards a broker of our own authority. Raises ConfigurationError."""
        try:
            context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
            context.load_cert_chain(self.folder / "tls.pem", self.folder / "tls_key.pem")
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError([Problem(str(self.folder), f"TLS: {error}")]) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
