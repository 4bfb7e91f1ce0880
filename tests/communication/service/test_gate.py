"""What passes a listener's gate, and in whose name the rest is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rami.communication.service.border import Border
from rami.communication.service.gate import Gate
from rami.communication.service.message import LIMIT, Message, Topic
from rami.communication.service.payload import PAYLOADS
from rami.communication.service.rate import Rate
from rami.communication.service.refusals import Refusal, Refusals
from rami.communication.service.seen import Seen
from rami.core.audit import AuditEntry
from rami.core.errors import DataError, RunError
from tests.communication.service.said import HOUR, NOW, border, crossing, forecast, message


def _gate(made: Border | None = None, seen: Seen | None = None, rate: Rate | None = None) -> Gate:
    def clock() -> int:
        return NOW

    return Gate("network", made or border(crossing()), clock, Refusals(clock), seen, rate=rate)


def _refused(gate: Gate, one: Message) -> dict[str, int]:
    assert gate.admit(str(one.topic), one.encode()) is None
    return gate.refusals.counts()


def test_what_is_right_passes() -> None:
    one = message()
    assert _gate().admit(str(one.topic), one.encode()) == one


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (message(owner="production"), "zone"),
        (message(payload=forecast(name="secret.group_1")), "zone"),
        (message(sent_ns=NOW - 2 * HOUR), "stale"),
        (message(sent_ns=NOW + HOUR), "time"),
        (message(valid_s=86400 * 16), "time"),
        (message(valid_s=-5, sent_ns=NOW + 10**9), "stale"),
    ],
)
def test_what_is_not_is_refused_with_its_reason(one: Message, reason: str) -> None:
    assert _refused(_gate(), one) == {reason: 1}


def test_a_message_under_another_topic_is_refused() -> None:
    gate, one = _gate(), message()
    assert gate.admit(str(replace(one.topic, service="other")), one.encode()) is None
    assert gate.refusals.counts() == {"identity": 1}


def test_too_large_is_refused_before_it_is_read() -> None:
    gate = _gate()
    assert gate.admit(str(message().topic), b"[" * (LIMIT + 1)) is None
    assert gate.refusals.counts() == {"size": 1}


def test_older_sequences_are_replays_and_the_same_one_a_repeat() -> None:
    gate = _gate()
    for sequence, passes in ((3, True), (3, False), (2, False), (4, True)):
        one = message(sequence=sequence)
        assert (gate.admit(str(one.topic), one.encode()) is not None) is passes
    assert gate.refusals.counts() == {"repeat": 1, "replay": 1}


def test_what_was_heard_is_known_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "seen.json"
    before = Seen(file)
    assert before.fault(message(sequence=7)) == ""
    before.flush()
    after = Seen(file)
    assert after.fault(message(sequence=6)) == "replay"
    # a broker keeps the newest, and the listener has forgotten it
    assert after.fault(message(sequence=7)) == ""
    assert after.fault(message(sequence=7)) == "repeat"


def test_a_damaged_memory_is_an_error_and_no_guess(tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text("{")
    with pytest.raises(RunError, match="does not read"):
        Seen(tmp_path / "seen.json")


def test_a_flood_of_one_topic_is_cut() -> None:
    gate = _gate(rate=Rate(burst=5, per_s=1e-9))
    for sequence in range(1, 21):
        one = message(sequence=sequence)
        gate.admit(str(one.topic), one.encode())
    assert gate.refusals.counts() == {"flood": 15}
    assert gate.refusals.by_sender() == {("buildings/load", "flood"): 15}


def test_revoking_and_changing_hold_from_the_next_message_on() -> None:
    made = border(crossing())
    gate = _gate(made)
    assert gate.admit(str(message().topic), message().encode()) is not None
    made.change([crossing(signals=["dhs.group_2"])])
    assert _refused(gate, message(sequence=2)) == {"zone": 1}
    made.change([crossing()])
    made.revoke("buildings")
    assert _refused(gate, message(sequence=3)) == {"zone": 2}
    assert made.rights("buildings").sends == ()


def test_equal_refusals_become_one_row_of_the_audit() -> None:
    rows: list[AuditEntry] = []

    class Kept:
        def record(self, entries: tuple[AuditEntry, ...]) -> None:
            rows.extend(entries)

        def head(self) -> str:
            return ""

    refusals = Refusals(lambda: NOW, Kept())
    for _ in range(1000):
        refusals.add(Refusal("zone", "buildings/load", "a/b/c/d/e", "network"))
    refusals.flush()
    refusals.flush()
    (row,) = rows
    assert (row.who, row.what, row.times, row.outcome) == (
        "buildings/load",
        "a/b/c/d/e",
        1000,
        "refused",
    )


def test_a_higher_minor_version_is_understood_and_another_major_is_not() -> None:
    text = message().encode()
    newer = text.replace(b'"forecast/1.0"', b'"forecast/1.7"').replace(
        b'"quantity"', b'"colour":"green","quantity"'
    )
    assert Message.decode(newer) == message()
    with pytest.raises(DataError, match="version"):
        Message.decode(text.replace(b'"forecast/1.0"', b'"forecast/2.0"'))
    with pytest.raises(DataError, match="colour"):
        Message.decode(text.replace(b'"quantity"', b'"colour":"green","quantity"'))


def test_another_major_version_is_refused_as_such() -> None:
    gate, text = _gate(), message().encode().replace(b'"forecast/1.0"', b'"forecast/2.0"')
    assert gate.admit(str(message().topic), text) is None
    assert gate.refusals.counts() == {"version": 1}


def test_wildcards_are_no_topic() -> None:
    with pytest.raises(DataError, match="no single topic"):
        Message.decode(message().encode().replace(b"buildings/load", b"*/load"))
    assert not Topic("a", "b", "c#", "d", "e").plain


def test_every_path_that_a_payload_names_counts_at_a_border() -> None:
    grid = {"start": "2026-01-05T06:00Z", "step_s": 3600.0, "count": 1}
    span = {"start": "2026-01-05T06:00Z", "end": "2026-01-05T07:00Z"}
    plain: dict[str, dict[str, object]] = {
        "forecast": {"grid": grid, "unit": "kW", "quantity": "power", "series": {"a": [1]},
                     "quantiles": {"0.1": {"b": [1]}}},
        "flexibility_request": {"grid": grid, "unit": "kW", "change": {"a": [1]},
                                "deadline": "2026-01-05T06:00Z"},
        "flexibility_answer": {"grid": grid, "unit": "kW", "series": {"a": [1]},
                               "cost_eur": {"b": 1.0}, "possible": True},
        "key_figures": span | {"figures": {"a": [1.0, "kW"]}},
        "quality_report": span | {"shares": {"a": {"good": 1.0}}},
        "alarm": {"source": "a", "condition": "x", "active": True, "severity": 5, "text": "x"},
    }  # fmt: skip
    for kind, fields in plain.items():
        paths = PAYLOADS[kind].model_validate(fields).paths()
        assert paths == ({"a", "b"} if kind in ("forecast", "flexibility_answer") else {"a"}), kind
