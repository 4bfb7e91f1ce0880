"""What a client of the control socket may say, and what it is answered.

A request is a line of JSON: `{"do": "hello"}`, `{"do": "ask", "verb": ..., "as": ...,
"arguments": {...}}` or `{"do": "watch"}`; an `id` (text or number) comes back with the answer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from math import isfinite
from typing import Any

from rami import __version__
from rami.communication.live_site import Reply
from services.control.connection import Asked, Connection, Watch
from services.control.limits import Limits
from services.control.messages import PROTOCOL, line, points_plain, reply_plain, request_of
from services.control.published import Published

_WORDS = ("hello", "ask", "watch")
_ID_MOST = 64
_ASK_S = 30.0
#: gets the connection, what it asked and the loop's reply, in the thread that replies
Told = Callable[[Connection, Asked, Reply], None]


class Service:
    """Answers lines; `watchers` tells how many connections watch already."""

    def __init__(
        self, site: Published, limits: Limits, told: Told, watchers: Callable[[], int]
    ) -> None:
        self._site, self._limits, self._told, self._watchers = site, limits, told, watchers
        self._points_text = b""

    def answer(self, client: Connection, now: float) -> None:
        """Take the client's next line and answer it, at once or when the loop has.

        Raises OSError where the client is gone.
        """
        text = client.take_line()
        if client.watch is not None:
            client.closing = True  # who watches has nothing more to say
        elif text is None:
            client.closing = True
            self._refuse(client, None, f"a line of more than {self._limits.line_bytes} bytes", now)
        elif (said := _read(text)) is None:
            client.closing = True
            self._refuse(client, None, "no line of JSON with an object", now)
        else:
            self._do(client, said, now)

    def replied(self, client: Connection, asked: Asked, reply: Reply, now: float) -> None:
        """The loop has answered, maybe when nobody waits any more. Raises OSError."""
        if client.asked is asked:
            client.asked = None
            self._say(client, asked.name, reply_plain(reply), now)

    def overdue(self, client: Connection, now: float) -> None:
        """Tell a client whose time is over what became of its request. Raises OSError."""
        asked = client.asked
        if asked is not None and asked.waiting is not None and now >= asked.until:
            reply = self._site.give_up(asked.waiting, asked.timeout_s)
            self.replied(client, asked, reply, now)

    def leave(self, client: Connection) -> None:
        """A client is gone: a request of it that has not begun is withdrawn."""
        asked, client.asked = client.asked, None
        if asked is not None and asked.waiting is not None:
            self._site.give_up(asked.waiting, 0.0)

    def hello(self) -> dict[str, Any]:
        """Who is here."""
        site = self._site
        return {
            "protocol": PROTOCOL,
            "version": __version__,
            "name": site.name,
            "twins": list(site.twins),
            "pid": os.getpid(),
        }

    def _do(self, client: Connection, said: Mapping[str, Any], now: float) -> None:
        name = said.get("id")
        if not isinstance(name, str | int) or len(str(name)) > _ID_MOST:
            name = None
        match said.get("do"):
            case "hello":
                self._say(client, name, self.hello(), now)
            case "ask":
                self._ask(client, name, said, now)
            case "watch":
                self._watch(client, name, said, now)
            case _:
                self._refuse(client, name, f"do: wanted one of {', '.join(_WORDS)}", now)

    def _ask(self, client: Connection, name: object, said: Mapping[str, Any], now: float) -> None:
        timeout_s = said.get("timeout_s", _ASK_S)
        try:
            if isinstance(timeout_s, bool) or not isinstance(timeout_s, int | float):
                raise ValueError("timeout_s: wanted seconds")
            if not isfinite(timeout_s) or not 0.0 <= timeout_s <= self._limits.ask_most_s:
                raise ValueError(f"timeout_s: wanted 0 to {self._limits.ask_most_s:g} s")
            request = request_of(said, client.login)
        except (ValueError, OverflowError) as error:
            self._refuse(client, name, str(error), now)
            return

        asked = client.asked = Asked(name, float(timeout_s), now + float(timeout_s))
        told = partial(self._told, client, asked)
        asked.waiting = self._site.submit(request, told)

    def _watch(self, client: Connection, name: object, said: Mapping[str, Any], now: float) -> None:
        after = said.get("after", 0)
        if isinstance(after, bool) or not isinstance(after, int | None):
            self._refuse(client, name, "after: wanted the number of an event", now)
            return
        if self._watchers() >= self._limits.watchers:
            self._refuse(client, name, f"{self._limits.watchers} watch already", now)
            return
        if after is None:
            after = self._site.last_event
        hello = line({"id": name, "ok": True, **self.hello()})
        client.send(hello.removesuffix(b"}\n") + b"," + self._points(), now)
        client.watch = Watch(after)

    def _points(self) -> bytes:
        """The rest of a line that begins with something else; made once."""
        if not self._points_text:
            site = self._site
            points = {twin: points_plain(site.points(twin)) for twin in site.twins}
            self._points_text = line({"points": points}).removeprefix(b"{")
        return self._points_text

    def _refuse(self, client: Connection, name: object, why: str, now: float) -> None:
        client.send(line({"id": name, "ok": False, "why": [why]}), now)

    def _say(self, client: Connection, name: object, what: Mapping[str, Any], now: float) -> None:
        try:
            said = line({"id": name, "ok": True, **what})
        except (ValueError, TypeError, RecursionError):
            said = line({"id": name, "ok": False, "why": ["the answer cannot be told"]})
        client.send(said, now)


def _read(text: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
