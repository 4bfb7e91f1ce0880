"""The trust list: folders of certificates as in the OPC UA PKI (Part 12, F).

`own/certs`, `own/private`: ours; `trusted/certs`: who may connect; `rejected/certs`: who tried.
A certificate is trusted when it lies in `trusted/certs` itself: no chains, so no revocation
lists either; taking the file away ends the trust at the next handshake.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from rami.core.errors import ConfigurationError, Problem
from services.opcua.security.private_file import write_private

#: certificates that knocked and are kept to be looked at; further ones are not written down
_MOST_REJECTED = 100
_BOXES = ("trusted", "rejected", "own")


@dataclass(frozen=True)
class Known:
    """A certificate in one of the folders."""

    thumbprint: str
    box: str
    file: Path
    certificate: x509.Certificate


class TrustList:
    """The folders below `root`; looked at anew when they change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stamp: int | None = None
        self._trusted: dict[bytes, x509.Certificate] = {}

    def folder(self, box: str) -> Path:
        """Where certificates of `trusted`, `rejected` or `own` lie."""
        return self.root / box / "certs"

    def make(self) -> None:
        """All folders, where they are missing."""
        for box in _BOXES:
            self.folder(box).mkdir(parents=True, exist_ok=True)
        private = self.root / "own" / "private"
        private.mkdir(parents=True, exist_ok=True)
        private.chmod(0o700)

    def trusted(self, der: bytes) -> x509.Certificate | None:
        """The certificate, if it lies in `trusted/certs` byte for byte."""
        self._refresh()
        return self._trusted.get(der)

    def reject(self, der: bytes) -> str | None:
        """Keep a certificate that is not trusted, to be looked at; its thumbprint if it is one."""
        try:
            certificate = x509.load_der_x509_certificate(der)
        except ValueError:
            return None
        name = thumbprint(certificate)
        folder = self.folder("rejected")
        with suppress(OSError):
            file = folder / f"{name}.der"
            if not file.exists() and sum(1 for _ in folder.iterdir()) < _MOST_REJECTED:
                write_private(file, der, 0o644)
        return name

    def known(self) -> list[Known]:
        """What lies in the folders, by folder and thumbprint, as far as it is a certificate."""
        found = []
        for box in _BOXES:
            folder = self.folder(box)
            for file in sorted(folder.iterdir()) if folder.is_dir() else ():
                certificate = read_certificate(file)
                if certificate is not None:
                    found.append(Known(thumbprint(certificate), box, file, certificate))
        return sorted(found, key=lambda k: (_BOXES.index(k.box), k.thumbprint))

    def find(self, start: str) -> Known:
        """The one whose thumbprint begins so; ConfigurationError where none or several do."""
        wanted = start.lower().replace(":", "")
        found = [k for k in self.known() if wanted and k.thumbprint.startswith(wanted)]
        if len({k.thumbprint for k in found}) != 1:
            what = f"{len(found)} certificates with a thumbprint that begins {start!r}, wanted one"
            hint = "`rami certs list` shows them"
            raise ConfigurationError([Problem(str(self.root), what, hint)])
        return found[0]

    def put(self, certificate: x509.Certificate, box: str) -> Path:
        """Into `trusted` or `rejected`, and out of the other."""
        name = thumbprint(certificate)
        for known in self.known():
            if known.thumbprint == name and known.box in ("trusted", "rejected"):
                known.file.unlink()
        file = self.folder(box) / f"{name}.der"
        write_private(file, certificate.public_bytes(serialization.Encoding.DER), 0o644)
        self._stamp = None
        return file

    def _refresh(self) -> None:
        folder = self.folder("trusted")
        try:
            stamp = folder.stat().st_mtime_ns
        except FileNotFoundError:
            self._stamp, self._trusted = None, {}
            return
        if stamp == self._stamp:
            return
        self._trusted = {}
        for file in folder.iterdir():
            certificate = read_certificate(file)
            if certificate is not None:
                der = certificate.public_bytes(serialization.Encoding.DER)
                self._trusted[der] = certificate
        self._stamp = stamp


def read_certificate(file: Path) -> x509.Certificate | None:
    """From DER or PEM; None where it is neither."""
    try:
        content = file.read_bytes()
        if content.lstrip().startswith(b"-----"):
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except (OSError, ValueError):
        return None


def thumbprint(certificate: x509.Certificate) -> str:
    """SHA-1 as hexadecimal digits: what OPC UA tools show (Part 4, 3.1)."""
    return certificate.fingerprint(hashes.SHA1()).hex()
