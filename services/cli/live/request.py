"""One request to a site that runs, and how it ends."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rami.communication.live_site import Reply, Request, Verb
from rami.core import units
from rami.core.errors import ConfigurationError, Problem, RunError
from services.cli.live.runs import running
from services.cli.output import print_json, printable, say, strict
from services.control import RemoteSite
from services.control.asking import ask
from services.control.published import WRONG

_VALUE = re.compile(r"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(\S*)\s*")


@dataclass(frozen=True)
class Asking:
    """How it is asked: which run, in whose name, how long it may take, how it is told."""

    run: Path | None
    who: str | None
    timeout: str
    json: bool


def request(verb: Verb, given: Mapping[str, Any], how: Asking) -> None:
    """Ask and tell. Raises RunError with every reason of a refusal, ConfigurationError for wrong
    arguments, UnreachableError where nobody runs."""
    timeout_s = _seconds("--timeout", how.timeout)
    arguments = {name: value for name, value in given.items() if value is not None}
    run = running(how.run)
    reply = ask(run, Request(verb, how.who or _login(), arguments), timeout_s)
    if how.json:
        print_json({"done": reply.done, "why": list(reply.why), "told": strict(dict(reply.told))})
    if not reply.done:
        _refuse(verb, reply)
    elif not how.json:
        say("done")
        for name, value in reply.told.items():
            say(f"{printable(name)}: {printable(str(value))}")


def set_point(point: str, value: str, unit: str | None, lease: str | None, how: Asking) -> None:
    """`value` may carry its unit. Raises as `request`."""
    if str(how.run).startswith("-"):
        # numbers may begin with a minus, so unknown options come this far
        raise ConfigurationError(f"no such option: {how.run}")
    found = _VALUE.fullmatch(value)
    try:
        number = float(found[1]) if found else float("nan")
    except ValueError:
        found = None
    if found is None:
        raise ConfigurationError(
            [Problem("VALUE", f"{value!r} is no number", "e.g. 300 or '300 kW'")]
        )
    if unit and found[2] and unit != found[2]:
        raise ConfigurationError([Problem("VALUE", f"in {found[2]}, and --unit says {unit}")])
    lease_s = None if lease is None else _seconds("--lease", lease)
    given = {"point": point, "value": number, "unit": unit or found[2] or None, "lease_s": lease_s}
    request(Verb.SET_POINT, given, how)


def acknowledge_all(comment: str, how: Asking) -> None:
    """Every condition that waits to be acknowledged, each by a request of its own. Raises as
    `request`, after the last one."""
    timeout_s, run = _seconds("--timeout", how.timeout), running(how.run)
    with RemoteSite(run, history=False) as site:
        waiting = sorted(key for key, (_, seen) in site.conditions().items() if not seen)
    done: list[str] = []
    why: list[str] = []
    for source, condition in waiting:
        given = {"source": source, "condition": condition, "comment": comment}
        reply = ask(run, Request(Verb.ACKNOWLEDGE, how.who or _login(), given), timeout_s)
        told = f"{source or 'site'}: {condition}"
        (done if reply.done else why).append(told)
        why.extend(reply.why)
    if how.json:
        print_json({"done": not why, "acknowledged": done, "why": why})
    else:
        for told in done or ["nothing"]:
            say(f"acknowledged: {printable(told)}")
    if why:
        _refuse(Verb.ACKNOWLEDGE, Reply(False, tuple(why)))


def _seconds(where: str, text: str) -> float:
    try:
        return units.parse(text, "time")
    except ValueError as error:
        raise ConfigurationError([Problem(where, str(error))]) from None


def _refuse(verb: Verb, reply: Reply) -> None:
    why = [printable(reason) for reason in reply.why] or ["no reason was given"]
    if reply.told.get(WRONG):
        raise ConfigurationError(Problem("", reason) for reason in why)
    raise RunError("\n".join((f"{verb.value} refused:", *(f"  {reason}" for reason in why))))


def _login() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid {os.geteuid()}"
