"""How a message stands in MQTT 5: topic, text, signature in user properties, expiry."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from rami.communication.service.message import Message, Topic
from rami.communication.service.signature import Signature

#: first part of every topic
ROOT = "rami"
_SECOND = 1_000_000_000


def written(topic: Topic) -> str:
    """The MQTT topic or filter: `*` is `+` there."""
    return "/".join([ROOT, *("+" if p == "*" else p for p in str(topic).split("/"))])


def read(topic: str) -> str:
    """Our topic in an MQTT one; empty when it is not one of ours."""
    root, _, rest = topic.partition("/")
    return rest if root == ROOT else ""


def expiry_s(message: Message, now_ns: int) -> int:
    """Seconds for which a broker may keep it."""
    return max(-(-(message.valid_until_ns - now_ns) // _SECOND), 1)


def told(signature: Signature) -> list[tuple[str, str]]:
    """User properties of a signature."""
    return [("key", signature.key), ("signature", base64.b64encode(signature.value).decode())]


def signature_of(properties: Any) -> Signature | None:
    """The signature in what came; None when there is none that reads."""
    pairs: Sequence[tuple[str, str]] = getattr(properties, "UserProperty", ())
    found = {str(k): str(v) for k, v in pairs[:20] if len(v) < 200}
    try:
        return Signature(found["key"], base64.b64decode(found["signature"], validate=True))
    except (KeyError, binascii.Error, ValueError):
        return None
