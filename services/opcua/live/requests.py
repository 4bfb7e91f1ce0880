"""Publish requests of a session that wait for something to tell."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from services.opcua.live import messages


@dataclass
class PublishRequest:
    """One of them: how it is answered, and until when."""

    channel: Any
    header: Any
    sequence: Any
    results: Sequence[int]
    until: float

    def answer(
        self, subscription: int, at: int, available: Sequence[int], more: bool, content: bytes
    ) -> None:
        """Send a NotificationMessage."""
        self.channel.send(
            messages.publish_response(
                self.header.RequestHandle, at, subscription, available, more, content, self.results
            ),
            self.sequence.RequestId,
        )

    def refuse(self, code: int) -> None:
        """End it without one."""
        response = ua.ServiceFault()
        response.ResponseHeader.ServiceResult = ua.StatusCode(code)
        self.channel.send_response(self.header.RequestHandle, self.sequence, response)


@dataclass
class PublishQueue:
    """Those of one session, oldest first; and its subscriptions that wait for one."""

    most: int
    waiting: deque[PublishRequest] = field(default_factory=deque)

    def put(self, request: PublishRequest) -> None:
        """The oldest is refused where there are too many."""
        if len(self.waiting) >= self.most:
            self.waiting.popleft().refuse(ua.StatusCodes.BadTooManyPublishRequests)
        self.waiting.append(request)

    def next(self, channel: Any) -> PublishRequest | None:
        """The oldest that can still be answered on this channel."""
        if channel.ended:
            self.waiting.clear()
        now = time.monotonic()
        while self.waiting:
            request = self.waiting.popleft()
            if request.channel is not channel:
                # came over a channel that the session has left
                continue
            if now <= request.until:
                return request
            request.refuse(ua.StatusCodes.BadTimeout)
        return None

    def refuse_all(self, code: int) -> None:
        """There is nothing to wait for any more."""
        while self.waiting:
            self.waiting.popleft().refuse(code)
