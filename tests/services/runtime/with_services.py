"""The reference site with services at its loop."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from rami.communication.service.message import Message, Topic
from rami.communication.service.payload import Payload
from rami.core.timegrid import NS, moment
from services.platform.loop.attached import Attached
from services.runtime.loop_services import LoopServices
from tests.conftest import REPOSITORY
from tests.services.conftest import ReadySite
from tests.services.runtime.rig import Rig, live
from twins.site import load_site

LOAD = "P_th_dem_DHS"
RUNS = {"plant": {"kind": "run", "owner": "dhs"}, "works": {"kind": "run", "owner": "iess"}}
MEASURED = {"kind": "site_data", "owner": "dhs", "loads": [LOAD], "apart": "thread"}


def written(folder: Path, changed: Mapping[str, Any], name: str = "site.yaml") -> Path:
    """The reference site with other sections; `clock` and `forecasts` are laid over its own."""
    plain = yaml.safe_load((REPOSITORY / "examples/reference/site.yaml").read_text())
    for key, value in json.loads(json.dumps(changed)).items():
        over = key in ("clock", "forecasts")
        plain[key] = plain[key] | value if over else value
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")
    return folder / name


@contextmanager
def serving(
    reference: ReadySite,
    folder: Path,
    changed: Mapping[str, Any],
    hours: float = 1.0,
    *,
    resume: bool = False,
) -> Iterator[Rig]:
    """A run in simulated time at its start, or where it was."""
    site = load_site(written(folder, changed))
    with live(replace(reference, site=site), folder / "run", hours=hours, resume=resume) as rig:
        yield rig


def services(rig: Rig) -> LoopServices:
    """Those of a run."""
    found = rig.opened.run.services
    assert found is not None
    return found


def attached(rig: Rig) -> Attached:
    """Its platform at the loop."""
    return services(rig).attached


def said(
    rig: Rig, owner: str, service: str, payload: Payload, subject: str = "all", *,
    sequence: int = 1, valid_s: float = 3600.0,
) -> None:  # fmt: skip
    """Heard by all owners of the run, as if it had come over the bus."""
    platform = attached(rig).platform
    topic = Topic(platform.border.site, owner, service, payload.kind, subject)
    now = rig.clock()
    message = Message(topic, payload, sequence, now, now + round(valid_s * NS))
    for party, mailroom in platform.mailrooms.items():
        if not platform.border.hears(party, message):
            mailroom.put(message)


def grid(rig: Rig, count: int = 24) -> dict[str, Any]:
    """Hours from now on."""
    return {"start": moment(rig.clock()), "step_s": 3600.0, "count": count}
