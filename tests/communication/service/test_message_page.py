"""The page of messages lists every field of every kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rami.communication.service.message import Message
from rami.communication.service.payload import PAYLOADS
from tests.communication.service.message_rows import tables


@pytest.mark.parametrize("heading", sorted(tables()))
def test_every_field_is_there(heading: str, repository: Path) -> None:
    page = (repository / "docs" / "reference" / "messages.md").read_text(encoding="utf-8")
    parts = {p.partition("\n")[0]: p for p in page.split("\n### ")[1:]}
    rows = [line for line in parts[heading].splitlines() if line.startswith("| `")]
    assert rows == tables()[heading]


def test_every_kind_is_there(repository: Path) -> None:
    page = (repository / "docs" / "reference" / "messages.md").read_text(encoding="utf-8")
    headings = {p.partition("\n")[0] for p in page.split("\n### ")[1:]}
    assert headings == {f"{k}/{m.version}" for k, m in PAYLOADS.items()} | {"grid"}


def test_the_example_of_a_negotiation_reads(repository: Path) -> None:
    page = (repository / "docs" / "reference" / "messages.md").read_text(encoding="utf-8")
    text = page.partition("```json\n")[2].partition("```")[0].strip()
    kinds = ["flexibility_answer", "flexibility_offer", "settlement", "settlement_answer"]
    decoder = json.JSONDecoder()
    first, end = decoder.raw_decode(text)
    message = Message.decode(json.dumps(first).encode())
    assert message.payload.kind == "flexibility_request"
    for kind in kinds:
        text = text[end:].strip()
        plain, end = decoder.raw_decode(text)
        assert PAYLOADS[kind].model_validate(plain).model_dump(mode="json").keys() >= plain.keys()
    assert not text[end:].strip()
