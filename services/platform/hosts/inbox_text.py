"""An inbox as text, between two processes."""

from __future__ import annotations

import json

from rami.communication.service.contract import Inbox
from rami.communication.service.message import Message


def write(inbox: Inbox) -> bytes:
    """As JSON."""
    plain = {
        "now": inbox.now_ns,
        "messages": {topic: m.encode().decode() for topic, m in inbox.messages.items()},
        "why": dict(inbox.why),
    }
    return json.dumps(plain).encode()


def read(text: bytes) -> Inbox:
    """The same inbox again."""
    plain = json.loads(text)
    messages = {topic: Message.decode(m.encode()) for topic, m in plain["messages"].items()}
    return Inbox(plain["now"], messages, plain["why"])
