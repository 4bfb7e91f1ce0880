"""One message: who says what to whom, until when it holds, and in answer to what."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rami.communication.service.payload import PAYLOADS, Payload
from rami.core.errors import DataError, Problem
from rami.core.timegrid import instant, moment

#: most bytes of a message on any bus
LIMIT = 4 << 20
_VERSION = 1
_EARLIEST_NS, _LATEST_NS = instant("1971-01-01T00:00Z"), instant("2200-01-01T00:00Z")
#: what a part of a topic is made of; no wildcard of any bus is
_PART = re.compile(r"[A-Za-z0-9_.@-]{1,120}")


class OtherVersion(DataError):
    """A message in a major version of its schema that is not spoken here."""


@dataclass(frozen=True)
class Topic:
    """`owner/service/kind/subject`: whose service says what kind of thing about what.

    `site` is the installation's site that it belongs to; `*` in a part of a subscription stands
    for any. A subject is a site path, or `all`.
    """

    site: str
    owner: str
    service: str
    kind: str
    subject: str = "all"

    def __str__(self) -> str:
        return "/".join((self.site, self.owner, self.service, self.kind, self.subject))

    @classmethod
    def read(cls, text: str) -> Topic:
        """The topic that a text names; DataError."""
        parts = text.split("/")
        if len(parts) != 5 or not all(parts):
            raise DataError(f"{text!r} is no topic, wanted site/owner/service/kind/subject")
        return cls(*parts)

    @property
    def plain(self) -> bool:
        """Whether it names one thing: no wildcards, no signs that a bus takes for its own."""
        return all(_PART.fullmatch(part) for part in str(self).split("/"))

    def meets(self, pattern: Topic) -> bool:
        """Whether a subscription's pattern covers this topic."""
        mine, wanted = str(self).split("/"), str(pattern).split("/")
        return all(w in ("*", m) for m, w in zip(mine, wanted, strict=True))


@dataclass(frozen=True)
class Message:
    """`sequence` counts a sender's messages up from 1, so that a replayed one is known;
    `sent_ns` when it was sent, `valid_until_ns` until when it may be used (UTC ns).

    `correlation` ties question, answer and decision together; `reason` says why it was sent.
    """

    topic: Topic
    payload: Payload
    sequence: int
    sent_ns: int
    valid_until_ns: int
    correlation: str = ""
    reason: str = ""

    def encode(self) -> bytes:
        """As UTF-8 JSON; DataError above the size limit."""
        plain = {
            "v": _VERSION,
            "topic": str(self.topic),
            "schema": f"{self.payload.kind}/{self.payload.version}",
            "sequence": self.sequence,
            "sent": moment(self.sent_ns).isoformat(),
            "valid_until": moment(self.valid_until_ns).isoformat(),
            "correlation": self.correlation,
            "reason": self.reason,
            "payload": self.payload.model_dump(mode="json"),
        }
        text = json.dumps(plain, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()
        if len(text) > LIMIT:
            raise DataError(f"{self.topic}: {len(text)} bytes, wanted at most {LIMIT}")
        return text

    @classmethod
    def decode(cls, text: bytes) -> Message:
        """What the bytes say; DataError with everything that is wrong. Nothing is believed."""
        if len(text) > LIMIT:
            raise DataError(f"a message of {len(text)} bytes, wanted at most {LIMIT}")
        try:
            plain = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise DataError(f"a message is no JSON: {error}") from None
        if not isinstance(plain, dict) or plain.get("v") != _VERSION:
            raise DataError(f"a message of version {_VERSION} was wanted")
        kind = _kind(plain)
        try:
            return cls(
                _one_topic(plain),
                kind.model_validate(_understood(kind, plain)),
                _count(plain),
                _when(plain, "sent"),
                _when(plain, "valid_until"),
                _text(plain, "correlation", 120),
                _text(plain, "reason", 500),
            )
        except ValidationError as error:
            raise DataError(
                Problem(".".join(["payload", *map(str, e["loc"])]), e["msg"])
                for e in error.errors(include_url=False, include_input=False)[:20]
            ) from None
        except ValueError as error:
            raise DataError(f"a message says {error}") from None


def _kind(plain: dict[str, Any]) -> type[Payload]:
    kind, _, version = _text(plain, "schema", 60).partition("/")
    if kind not in PAYLOADS:
        raise DataError(f"schema {kind!r} is not known; known are {', '.join(PAYLOADS)}")
    own = PAYLOADS[kind].version
    if version.partition(".")[0] != own.partition(".")[0]:
        raise OtherVersion(f"{kind} is spoken in version {own}, got {version!r}")
    return PAYLOADS[kind]


def _understood(kind: type[Payload], plain: dict[str, Any]) -> Any:
    """The payload without the fields that a higher minor version of its schema has added."""
    payload = plain.get("payload")
    minor, own = (v.partition(".")[2] for v in (str(plain["schema"]), kind.version))
    newer = minor.isdecimal() and len(minor) < 6 and int(minor) > int(own)
    if not newer or not isinstance(payload, dict):
        return payload
    return {name: value for name, value in payload.items() if name in kind.model_fields}


def _one_topic(plain: dict[str, Any]) -> Topic:
    topic = Topic.read(_text(plain, "topic", 400))
    if not topic.plain:
        raise DataError(f"{str(topic)!r} names no single topic")
    return topic


def _text(plain: dict[str, Any], key: str, longest: int) -> str:
    value = plain.get(key, "")
    if not isinstance(value, str) or len(value) > longest or not _whole(value):
        raise DataError(f"{key}: wanted a text of at most {longest} characters")
    return value


def _when(plain: dict[str, Any], key: str) -> int:
    ns = instant(_text(plain, key, 40))
    if not _EARLIEST_NS < ns < _LATEST_NS:
        raise DataError(f"{key}: wanted an instant within the years 1971 to 2199")
    return ns


def _whole(text: str) -> bool:
    """Whether it can be written at all: JSON may hold halves of characters."""
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)


def _count(plain: dict[str, Any]) -> int:
    value = plain.get("sequence")
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 1 << 63:
        raise DataError("sequence: wanted a whole number from 1 on, below 2^63")
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")
