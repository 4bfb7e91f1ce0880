"""`rami certs`: makes certificates, and says which ones are trusted."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

from rami.core.errors import ConfigurationError, Problem
from services.cli.output import note, print_json, print_table

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from services.opcua.security.trust import Known


def new(
    name: str,
    uri: str | None,
    hosts: tuple[str, ...],
    years: int,
    out: Path,
    trusted: bool,
    force: bool,
    pki: Path,
) -> None:
    """Two files; never over others unasked."""
    from services.opcua.security.own import host_names, make_pair
    from services.opcua.security.trust import TrustList, thumbprint

    file, key_file = out / f"{name}.der", out / f"{name}.pem"
    there = [f for f in (file, key_file) if f.exists()]
    if there and not force:
        problems = [Problem(str(f), "is there already", "--force replaces it") for f in there]
        raise ConfigurationError(problems)
    at = uri or f"urn:{socket.gethostname()}:{name}"
    pair = make_pair(file, key_file, at, hosts or host_names(), server=False, years=years)
    if trusted:
        TrustList(pki).put(pair.certificate, "trusted")
    also = f", trusted in {pki}" if trusted else ""
    note(f"{file} and {key_file}: {at}, {thumbprint(pair.certificate)}{also}")


def trust(which: str, pki: Path) -> None:
    """Into `trusted`."""
    _put(which, pki, "trusted")


def reject(which: str, pki: Path) -> None:
    """Into `rejected`."""
    _put(which, pki, "rejected")


def listed(pki: Path, json: bool) -> None:
    """One line each."""
    from services.opcua.security.trust import TrustList

    rows = [_row(known) for known in TrustList(pki).known()]
    if json:
        print_json(rows)
    else:
        print_table(tuple(_HEADER), [tuple(row.values()) for row in rows])


def show(which: str, pki: Path, json: bool) -> None:
    """One in full."""
    from services.opcua.security.checks import application_uri, faults
    from services.opcua.security.trust import thumbprint

    certificate, box = _found(which, pki)
    key = certificate.public_key()
    told = {
        "thumbprint": thumbprint(certificate),
        "folder": box,
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "application": application_uri(certificate) or "",
        "valid_from": certificate.not_valid_before_utc.isoformat(),
        "valid_to": certificate.not_valid_after_utc.isoformat(),
        "key_bits": getattr(key, "key_size", 0),
        "faults": [] if box == "own" else faults(certificate),
    }
    if json:
        print_json(told)
    else:
        rows = [(k, ", ".join(v) if isinstance(v, list) else v) for k, v in told.items()]
        print_table(("what", "value"), rows)


_HEADER = ("thumbprint", "folder", "application", "valid_to")


def _row(known: Known) -> dict[str, str]:
    from services.opcua.security.checks import application_uri

    end = f"{known.certificate.not_valid_after_utc:%Y-%m-%d}"
    values = (known.thumbprint, known.box, application_uri(known.certificate) or "", end)
    return dict(zip(_HEADER, values, strict=True))


def _put(which: str, pki: Path, box: str) -> None:
    from services.opcua.security.trust import TrustList, thumbprint

    certificate, before = _found(which, pki)
    if before == "own":
        raise ConfigurationError([Problem(which, "is the server's own")])
    file = TrustList(pki).put(certificate, box)
    note(f"{box}: {thumbprint(certificate)}; {file}")


def _found(which: str, pki: Path) -> tuple[Certificate, str]:
    from services.opcua.security.trust import TrustList, read_certificate

    file = Path(which)
    if file.is_file():
        certificate = read_certificate(file)
        if certificate is None:
            raise ConfigurationError([Problem(which, "is no certificate in DER or PEM")])
        return certificate, ""
    known = TrustList(pki).find(which)
    return known.certificate, known.box
