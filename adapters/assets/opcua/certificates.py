"""Certificates and keys from files, checked before a server sees them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization

from adapters.assets.opcua.configuration import OpcuaSecurity
from rami.core.errors import ConfigurationError, Problem


@dataclass(frozen=True)
class Certificates:
    """Ours with its key, and the server's, as DER; `application` is the URI in ours."""

    own: bytes
    key: bytes
    server: bytes
    application: str | None


def load(security: OpcuaSecurity, folder: Path) -> Certificates:
    """What a site file names; ConfigurationError with everything that is wrong."""
    problems: list[Problem] = []
    own = _certificate(folder, security.certificate, "certificate", problems)
    server = _certificate(folder, security.server_certificate, "server_certificate", problems)
    key = _key(folder, security, problems)
    if own is not None and key is not None and own.public_key() != key.public_key():
        what = f"{security.private_key} is not the key of {security.certificate}"
        problems.append(Problem("security.private_key", what))
    if own is not None and own.not_valid_after_utc < datetime.now(UTC):
        what = f"{security.certificate} was valid until {own.not_valid_after_utc:%Y-%m-%d}"
        problems.append(Problem("security.certificate", what, "make a new one"))
    if problems or own is None or server is None or key is None:
        raise ConfigurationError(problems)
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    der = serialization.Encoding.DER
    return Certificates(own.public_bytes(der), private, server.public_bytes(der), _uri(own))


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate, the first bytes, as people compare them."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)
    return digest.finalize()[:10].hex(":")


def _certificate(
    folder: Path, file: Path, key: str, problems: list[Problem]
) -> x509.Certificate | None:
    content = _content(folder, file, key, problems)
    if content is None:
        return None
    try:
        if content.lstrip().startswith(b"-----"):
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError:
        problems.append(Problem(f"security.{key}", f"{file} is no certificate in DER or PEM"))
        return None


def _key(folder: Path, security: OpcuaSecurity, problems: list[Problem]) -> Any:
    content = _content(folder, security.private_key, "private_key", problems)
    if content is None:
        return None
    variable = security.key_password_env
    word = secret(variable, "security.key_password_env", problems) if variable else None
    password = word.encode() if word else None
    pem = content.lstrip().startswith(b"-----")
    load_key = serialization.load_pem_private_key if pem else serialization.load_der_private_key
    try:
        return load_key(content, password=password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        what = f"{security.private_key} is no key in DER or PEM, or its password is not right"
        problems.append(Problem("security.private_key", what))
        return None


def _content(folder: Path, file: Path, key: str, problems: list[Problem]) -> bytes | None:
    try:
        return (folder / file).read_bytes()
    except OSError as error:
        problems.append(Problem(f"security.{key}", f"{file} cannot be read: {error.strerror}"))
        return None


def secret(variable: str, path: str, problems: list[Problem]) -> str:
    """An environment variable's value; a problem where it is empty."""
    value = os.environ.get(variable, "")
    if not value:
        problems.append(Problem(path, f"the environment has no {variable}", "export it"))
    return value


def _uri(certificate: x509.Certificate) -> str | None:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return None
    found = names.value.get_values_for_type(x509.UniformResourceIdentifier)
    return str(found[0]) if found else None
