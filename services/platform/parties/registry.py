"""The one place in which parties are enrolled, get new keys, and are revoked."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import time_ns

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rami.core.errors import ConfigurationError, Problem
from rami.core.timegrid import iso
from rami.core.wording import did_you_mean
from rami.core.written import NAME
from services.platform.parties import authority, broker
from services.platform.parties.directory import FileDirectory, Party, read, text_of
from services.platform.parties.secret_file import write_secret


class Parties:
    """An installation's folder:

    - `directory.json`: names and public keys, copied to every party
    - `ca/`: the authority of TLS certificates
    - `broker/`: files of a mosquitto broker
    - `parties/<name>/`: what is handed to a party, secret
    - `data/<name>/<site>/`: a party's own data, nobody else's
    """

    def __init__(self, folder: Path, clock: Callable[[], int] = time_ns) -> None:
        self.folder, self._clock = folder, clock
        self.file = folder / "directory.json"

    def known(self) -> Mapping[str, Party]:
        """All of them. Raises ConfigurationError."""
        return read(self.file)

    def directory(self) -> FileDirectory:
        """Keys as they hold now."""
        return FileDirectory(self.file, self._clock)

    def home(self, party: str) -> Path:
        """What is handed to a party."""
        return self.folder / "parties" / party

    def data(self, party: str, site: str) -> Path:
        """A party's own data of a site; made where missing."""
        folder = self.folder / "data" / party / site
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / "data" / party).chmod(0o700)
        return folder

    def enrol(self, name: str, sites: Sequence[str] = (), roles: Sequence[str] = ()) -> Path:
        """A new party, or a revoked one again, with new keys; the folder to hand over."""
        known = dict(self.known())
        if not re.fullmatch(NAME, name):
            what = f"{name!r} is no name: small letters, digits and _, a letter first"
            raise ConfigurationError([Problem("", what)])
        if name in known and not known[name].revoked:
            raise ConfigurationError(
                [Problem(name, "is enrolled already", "`rami parties rotate` gives new keys")]
            )
        authority.ensure(self.folder / "ca")
        party = Party(name, tuple(sites), tuple(roles), iso(self._clock()))
        known[name] = party
        self._new_keys(party)
        for site in sites:
            self.data(name, site)
        self._written(known)
        return self.home(name)

    def rotate(self, name: str, grace_s: float = 0.0) -> Path:
        """New keys, certificate and password; the old signing key is good for `grace_s` more."""
        known = dict(self.known())
        party = self._one(known, name)
        until: int | None = self._clock() + round(grace_s * 1e9)
        outgoing = {i: (raw, until) for i, (raw, was) in party.keys.items() if was is None}
        party.keys = outgoing if grace_s > 0 else {}
        self._new_keys(party)
        self._written(known)
        return self.home(name)

    def revoke(self, name: str) -> None:
        """From now on nothing of a party is heard and it hears nothing."""
        known = dict(self.known())
        party = self._one(known, name)
        party.revoked, party.keys = iso(self._clock()), {}
        # receivers first: they refuse even while a broker does not yet know
        self._written(known)
        broker.without(self.folder / "broker", name)

    def _new_keys(self, party: Party) -> None:
        home = self.home(party.name)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = Ed25519PrivateKey.generate()
        key_id = secrets.token_hex(4)
        party.keys[key_id] = (key.public_key().public_bytes_raw(), None)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        password = secrets.token_urlsafe(24)
        write_secret(home / "key.pem", pem)
        write_secret(home / "password", password.encode())
        (home / "key_id").write_text(key_id, encoding="utf-8")
        (home / "name").write_text(party.name, encoding="utf-8")
        (home / "ca.pem").write_bytes((self.folder / "ca" / "ca.pem").read_bytes())
        authority.issue(self.folder / "ca", party.name, home / "tls.pem", home / "tls_key.pem")
        broker.with_password(self.folder / "broker", party.name, password)

    def _written(self, known: Mapping[str, Party]) -> None:
        text = text_of(known)
        write_secret(self.file, text)
        for name, party in known.items():
            if not party.revoked:
                write_secret(self.home(name) / "directory.json", text)
        broker.reload(self.folder / "broker")

    def _one(self, known: Mapping[str, Party], name: str) -> Party:
        party = known.get(name)
        if party is None or party.revoked:
            there = [n for n, p in known.items() if not p.revoked]
            raise ConfigurationError(
                [Problem(str(self.file), f"no party {name!r}", did_you_mean(name, there))]
            )
        return party
