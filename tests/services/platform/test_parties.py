"""Parties are enrolled, get new keys, and are revoked in one place."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography import x509

from adapters.buses.mqtt import Credentials
from rami.communication.service.bus import Rights
from rami.communication.service.message import Topic
from rami.communication.service.signature import is_signed
from rami.core.errors import ConfigurationError
from services.platform.parties import broker
from services.platform.parties.registry import Parties
from tests.communication.service.said import HOUR, NOW

TOPIC, TEXT = "town/buildings/load/forecast/all", b"text"


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    made = Parties(tmp_path / "installation", lambda: NOW)
    made.enrol("buildings", ["town"])
    made.enrol("network", ["town"], ["operator"])
    return made


def test_what_is_signed_is_believed_of_its_owner_alone(parties: Parties) -> None:
    signer = Credentials.of(parties.home("buildings")).signer
    signed, directory = signer.sign(TOPIC, TEXT), parties.directory()
    assert is_signed(directory, "buildings", TOPIC, TEXT, signed)
    assert not is_signed(directory, "network", TOPIC, TEXT, signed)
    assert not is_signed(directory, "buildings", TOPIC, b"other", signed)
    assert not is_signed(directory, "buildings", TOPIC + "/x", TEXT, signed)


def test_secrets_are_for_their_owner_and_the_directory_holds_none(parties: Parties) -> None:
    home = parties.home("buildings")
    for name in ("key.pem", "password", "tls_key.pem"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    password = (home / "password").read_text()
    for file in (parties.file, parties.folder / "broker" / "passwords"):
        assert password not in file.read_text()
        assert "PRIVATE" not in file.read_text()
    assert sorted(json.loads((home / "directory.json").read_text())["parties"]) == [
        "buildings",
        "network",
    ]


def test_a_rotated_key_holds_no_more_or_for_the_grace_given(tmp_path: Path) -> None:
    now = [NOW]
    made = Parties(tmp_path, lambda: now[0])
    made.enrol("buildings")
    directory = made.directory()
    first = Credentials.of(made.home("buildings")).signer.sign(TOPIC, TEXT)
    made.rotate("buildings", grace_s=3600.0)
    second = Credentials.of(made.home("buildings")).signer.sign(TOPIC, TEXT)
    assert is_signed(directory, "buildings", TOPIC, TEXT, first)
    assert is_signed(directory, "buildings", TOPIC, TEXT, second)
    now[0] += HOUR + 1
    assert not is_signed(directory, "buildings", TOPIC, TEXT, first)
    assert is_signed(directory, "buildings", TOPIC, TEXT, second)
    made.rotate("buildings")
    assert not is_signed(directory, "buildings", TOPIC, TEXT, second)


def test_a_revoked_party_is_known_and_not_believed(parties: Parties) -> None:
    signed = Credentials.of(parties.home("buildings")).signer.sign(TOPIC, TEXT)
    directory = parties.directory()
    assert is_signed(directory, "buildings", TOPIC, TEXT, signed)
    parties.revoke("buildings")
    assert not is_signed(directory, "buildings", TOPIC, TEXT, signed)
    assert directory.revoked("buildings")
    assert "buildings" not in (parties.folder / "broker" / "passwords").read_text()
    with pytest.raises(ConfigurationError, match="no party 'buildings'"):
        parties.rotate("buildings")
    parties.enrol("buildings")
    assert not directory.revoked("buildings")


def test_names_that_break_out_and_twice_the_same_are_refused(parties: Parties) -> None:
    for name in ("../evil", "Buildings", "a:b", "", "a\nb"):
        with pytest.raises(ConfigurationError, match="no name"):
            parties.enrol(name)
    with pytest.raises(ConfigurationError, match="already"):
        parties.enrol("network")


def test_certificates_are_of_our_authority(parties: Parties) -> None:
    home = parties.home("network")
    made = x509.load_pem_x509_certificate((home / "tls.pem").read_bytes())
    authority = x509.load_pem_x509_certificate((home / "ca.pem").read_bytes())
    made.verify_directly_issued_by(authority)


def test_a_party_without_rights_may_do_nothing(parties: Parties) -> None:
    sends = (Topic("town", "buildings", "load", "forecast", "all"),)
    hears = (Topic("town", "network", "*", "schedule", "*"),)
    text = broker.acl([Rights("buildings", sends, hears), Rights("network")])
    assert text.splitlines() == [
        "user buildings",
        "topic write rami/town/buildings/load/forecast/all",
        "topic read rami/town/network/+/schedule/+",
        "",
        "user network",
    ]


def test_a_damaged_directory_is_an_error(parties: Parties) -> None:
    parties.file.write_text("{")
    with pytest.raises(ConfigurationError, match="does not read"):
        parties.known()
