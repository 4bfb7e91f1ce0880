"""Certificates of applications: the server's own, made on its first start, and those of clients."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rami.core.errors import ConfigurationError, Problem
from services.opcua.security.private_file import write_private
from services.opcua.security.trust import TrustList, read_certificate

YEARS = 5


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in files and as they are."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    file: Path
    key_file: Path

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def own_pair(trust: TrustList, uri: str, hosts: Sequence[str]) -> tuple[Pair, bool]:
    """The server's own, and whether it was made just now.

    ConfigurationError for one that has expired or does not fit: it is never replaced unasked,
    since clients trust it.
    """
    trust.make()
    file = trust.folder("own") / "server.der"
    key_file = trust.root / "own" / "private" / "server.pem"
    if not file.exists() and not key_file.exists():
        return make_pair(file, key_file, uri, hosts, server=True), True
    problems = []
    certificate = read_certificate(file)
    if certificate is None:
        raise ConfigurationError([Problem(str(file), "is no certificate")])
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError([Problem(str(key_file), f"is no key: {error}")]) from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
        problems.append(Problem(str(key_file), f"is not the key of {file.name}"))
    if certificate.not_valid_after_utc < datetime.now(UTC):
        what = f"expired {certificate.not_valid_after_utc:%Y-%m-%d}"
        hint = f"remove it and {key_file.name}: a new one is made, which clients have to trust"
        problems.append(Problem(str(file), what, hint))
    if problems or not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigurationError(problems)
    return Pair(certificate, key, file, key_file), False


def make_pair(
    file: Path, key_file: Path, uri: str, hosts: Sequence[str], *, server: bool, years: int = YEARS
) -> Pair:
    """A self-signed one of an application, into two files; the key's only its owner may read."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = datetime.now(UTC)
    certificate = signed(key, uri, hosts, now - timedelta(hours=1), now + years * _YEAR, server)
    write_private(
        key_file,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    write_private(file, certificate.public_bytes(serialization.Encoding.DER), 0o644)
    return Pair(certificate, key, file, key_file)


_YEAR = timedelta(days=365)


def signed(
    key: rsa.RSAPrivateKey,
    uri: str,
    hosts: Sequence[str],
    begins: datetime,
    ends: datetime,
    server: bool,
) -> x509.Certificate:
    """An application instance certificate (Part 6, 6.2.2), signed by its own key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, uri.rsplit(":", 1)[-1][:64])])
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    names = [x509.UniformResourceIdentifier(uri), *map(_host, dict.fromkeys(hosts))]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(identifier, critical=False)
        .add_extension(authority, critical=False)
        .sign(key, hashes.SHA256())
    )


def host_names() -> list[str]:
    """Names this machine goes by."""
    return ["localhost", socket.gethostname(), "127.0.0.1"]


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
