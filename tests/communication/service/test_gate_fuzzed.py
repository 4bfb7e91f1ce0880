"""Any bytes, and real messages with something changed: nothing raises, nothing false passes."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rami.communication.service.gate import Gate
from rami.communication.service.message import Message, Topic
from rami.communication.service.rate import Rate
from rami.communication.service.refusals import Refusals
from rami.communication.service.signature import Signature, Signer
from rami.core.errors import DataError
from tests.communication.service.said import NOW, border, crossing, message

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Signer("k1", KEY.private_bytes_raw())
GOOD = message()
TEXT = GOOD.encode()
TOPIC = str(GOOD.topic)


class _Directory:
    def keys(self, party: str) -> dict[str, bytes]:
        return {"k1": KEY.public_key().public_bytes_raw()} if party == "buildings" else {}

    def revoked(self, party: str) -> bool:
        return False


def _gate() -> Gate:
    clock = lambda: NOW  # noqa: E731
    rate = Rate(10**9)
    made = border(crossing())
    return Gate("network", made, clock, Refusals(clock), directory=_Directory(), rate=rate)


@given(st.binary(max_size=400), st.text(max_size=80))
def test_any_bytes_under_any_topic_are_refused(text: bytes, topic: str) -> None:
    gate = _gate()
    for one in (topic, TOPIC):
        assert gate.admit(one, text, SIGNER.sign(TOPIC, text)) is None
    assert sum(gate.refusals.counts().values()) == 2


@given(st.binary(max_size=400))
def test_any_bytes_read_as_a_message_or_are_a_data_error(text: bytes) -> None:
    try:
        Message.decode(text)
    except DataError:
        return
    raise AssertionError("random bytes are no message")


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 255))
def test_one_changed_byte_breaks_the_signature(place: int, by: int) -> None:
    changed = bytearray(TEXT)
    changed[place] ^= by
    gate = _gate()
    assert gate.admit(TOPIC, bytes(changed), SIGNER.sign(TOPIC, TEXT)) is None
    assert gate.refusals.counts() == {"identity": 1}


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 255))
def test_a_changed_message_signed_anew_is_right_or_refused(place: int, by: int) -> None:
    changed = bytearray(TEXT)
    changed[place] ^= by
    gate = _gate()
    heard = gate.admit(TOPIC, bytes(changed), SIGNER.sign(TOPIC, bytes(changed)))
    if heard is not None:
        assert heard.topic == GOOD.topic
        assert heard.payload.paths() <= {f"dhs.group_{i}" for i in map(chr, range(33, 127))}
        assert heard.sent_ns <= NOW + 60 * 10**9 < heard.valid_until_ns + 60 * 10**9
    else:
        assert sum(gate.refusals.counts().values()) == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(json.loads(TEXT))), _JSON)
def test_any_field_with_any_value(field: str, value: object) -> None:
    text = json.dumps(json.loads(TEXT) | {field: value}).encode()
    heard = _gate().admit(TOPIC, text, SIGNER.sign(TOPIC, text))
    assert heard is None or heard.topic == GOOD.topic


@given(st.sampled_from(["grid", "unit", "quantity", "series", "quantiles", "more"]), _JSON)
def test_any_payload(field: str, value: object) -> None:
    plain = json.loads(TEXT)
    plain["payload"][field] = value
    text = json.dumps(plain).encode()
    heard = _gate().admit(TOPIC, text, SIGNER.sign(TOPIC, text))
    assert heard is None or Message.decode(heard.encode()) == heard


@given(st.binary(max_size=80), st.text(max_size=8))
def test_no_signature_but_the_owners(value: bytes, key: str) -> None:
    gate = _gate()
    assert gate.admit(TOPIC, TEXT, Signature(key, value)) is None
    assert gate.admit(TOPIC, TEXT, None) is None
    moved = str(Topic("town", "buildings", "load", "forecast", "other"))
    assert gate.admit(moved, TEXT, SIGNER.sign(TOPIC, TEXT)) is None
    assert gate.refusals.counts() == {"identity": 3}
