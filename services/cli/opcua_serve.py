"""`rami opcua serve`: the OPC UA server of a site that runs."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rami.core import units
from rami.core.errors import ConfigurationError, Problem, UnreachableError
from services.cli.live.runs import running
from services.cli.output import note, print_json
from services.cli.site import opened
from services.control.address import SOCKET_FILE, served_by

if TYPE_CHECKING:
    from rami.communication.information_model import SiteModel
    from rami.communication.live_site import LiveSite
    from rami.communication.opcua_settings import OpcuaSettings
    from twins.site import Site

AUDIT_FILE = "opcua_audit.jsonl"
#: between two looks for a run that is waited for, s
_LOOK_S = 0.5


def serve(
    run: Path | None,
    file: Path | None,
    host: str | None,
    port: int | None,
    wait: str,
    insecure: bool,
    json: bool,
) -> None:
    """Until Ctrl-C or SIGTERM, or until the run has ended."""
    from rami.integration.audit import AuditFile
    from services.assemble.historian import has_store, open_past
    from services.control.journal import EVENTS_FILE
    from services.control.remote import RemoteSite
    from services.opcua.serving import Serving
    from services.opcua.serving import serve as work

    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    site = opened(file)
    given = {"host": host, "port": port, "insecure": insecure or None}
    settings = _settings(site, {k: v for k, v in given.items() if v is not None})
    folder = _begun(run, _seconds(wait))

    def ready(address: str) -> None:
        if json:
            print_json({"address": address})
        note(f"serving {site.name} at {address}")

    with (
        RemoteSite(folder) as live,
        AuditFile(folder / AUDIT_FILE, time.time_ns) as audit,
        _stopping() as until,
    ):
        _same(live, site)

        def remodel(figures: Mapping[str, str]) -> SiteModel:
            return _model(site, live, figures)

        past = partial(open_past, site) if has_store(site) else None
        serving = Serving(
            live, remodel, settings, site.file.parent, audit, past, folder / EVENTS_FILE
        )
        work(serving, ready, until)


def _seconds(wait: str) -> float:
    try:
        return units.parse(wait, "time") if wait else 0.0
    except ValueError as error:
        raise ConfigurationError([Problem("--wait", str(error))]) from error


def _begun(run: Path | None, wait_s: float) -> Path:
    """The folder of the run, as soon as it can be reached there. UnreachableError where it cannot
    in time."""
    until, told = time.monotonic() + wait_s, False
    while True:
        try:
            folder = running(run)
            if not wait_s or served_by(folder / SOCKET_FILE) is not None:
                return folder
            raise UnreachableError(f"nobody runs at {folder} yet")
        except UnreachableError:
            if time.monotonic() >= until:
                raise
        if not told:
            note("waiting for the run to begin")
            told = True
        time.sleep(_LOOK_S)


def _settings(site: Site, given: Mapping[str, Any]) -> OpcuaSettings:
    from rami.communication.opcua_settings import OpcuaSettings

    declared = site.declaration.opcua or OpcuaSettings()
    told = {name: getattr(declared, name) for name in declared.model_fields_set}
    try:
        return OpcuaSettings.model_validate({**told, **given})
    except ValidationError as error:
        problems = [Problem("opcua", str(e["msg"])) for e in error.errors()]
        raise ConfigurationError(problems) from None


def _model(site: Site, live: LiveSite, figures: Mapping[str, str]) -> SiteModel:
    from services.assemble.information_model import information_model

    return information_model(site, {t: live.points(t) for t in live.twins}, figures)


def _same(live: LiveSite, site: Site) -> None:
    if live.name != site.name or set(live.twins) != set(site.twins):
        what = f"the run is of {live.name!r} with {', '.join(live.twins)}"
        raise ConfigurationError([Problem(str(site.file), what, "--site names the run's file")])


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    until = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: until.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield until
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
