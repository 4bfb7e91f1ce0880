"""`rami status`: how a running site is, once or again and again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

from services.cli.live.runs import running
from services.cli.live.table import short_line, status_lines
from services.cli.live.told import told
from services.cli.output import print_json, say, strict
from services.control.published import OVER
from services.control.remote import RemoteSite

#: a new picture at most so often
_AGAIN_S = 0.5
#: and at least so often, where nothing happens but the link to the loop
_LOOK_S = 2.0

Show = Callable[[dict[str, Any]], None]


def status(run: Path | None, watch: bool, as_json: bool) -> None:
    """Print it; with `watch` until the run ends. Raises UnreachableError."""
    with RemoteSite(running(run), history=False) as site:
        if watch:
            _watch(site, as_json)
        elif as_json:
            print_json(strict({**told(site), "pid": site.pid}))
        else:
            for line in status_lines(told(site)):
                say(line)


def _watch(site: RemoteSite, as_json: bool) -> None:
    pause = Event()
    with ExitStack() as stack:
        show = _shown(as_json, stack)
        while True:
            view = site.view()
            show(told(site))
            if view.state in OVER:
                return
            pause.wait(_AGAIN_S)
            if site.view() is view:
                site.wait(view.step, _LOOK_S - _AGAIN_S)


def _shown(as_json: bool, stack: ExitStack) -> Show:
    if as_json:
        return lambda content: _line(json.dumps(strict(content), ensure_ascii=False))
    if not sys.stdout.isatty():
        return lambda content: _line(short_line(content))
    from rich.live import Live
    from rich.text import Text

    live = stack.enter_context(Live(auto_refresh=False))

    def redraw(content: dict[str, Any]) -> None:
        live.update(Text("\n".join(status_lines(content))), refresh=True)

    return redraw


def _line(text: str) -> None:
    say(text)
    sys.stdout.flush()
