"""What a client's certificate must hold beside being trusted (Part 4, 6.1.3; Part 6, 6.2.2)."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

_SHORTEST, _LONGEST = 2048, 4096
_WEAK = (hashes.MD5, hashes.SHA1)


def faults(certificate: x509.Certificate, now: datetime | None = None) -> list[str]:
    """Everything that is wrong with it, in words."""
    now = now or datetime.now(UTC)
    found = []
    if now < certificate.not_valid_before_utc:
        found.append(f"valid only from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M}Z")
    if now > certificate.not_valid_after_utc:
        found.append(f"expired {certificate.not_valid_after_utc:%Y-%m-%d %H:%M}Z")
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        found.append("no RSA key")
    elif not _SHORTEST <= key.key_size <= _LONGEST:
        found.append(f"an RSA key of {key.key_size} bits, wanted {_SHORTEST} to {_LONGEST}")
    if isinstance(certificate.signature_hash_algorithm, _WEAK):
        found.append(f"signed with {certificate.signature_hash_algorithm.name}")
    try:
        found += _usage(certificate.extensions)
    except ValueError:
        found.append("extensions that cannot be read")
    return found


def application_uri(certificate: x509.Certificate) -> str | None:
    """The first URI among its alternative names."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return None
    found = names.value.get_values_for_type(x509.UniformResourceIdentifier)
    return str(found[0]) if found else None


def _usage(extensions: x509.Extensions) -> list[str]:
    found = []
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature and (usage.key_encipherment or usage.data_encipherment)):
            found.append("its key may not be used to sign and to encrypt")
    except x509.ExtensionNotFound:
        found.append("no key usage")
    try:
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if ExtendedKeyUsageOID.CLIENT_AUTH not in purposes:
            found.append("not meant for clients")
    except x509.ExtensionNotFound:
        pass
    return found
