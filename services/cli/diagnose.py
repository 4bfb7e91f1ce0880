"""`rami data diagnose`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from rami.core.errors import ConfigurationError, Problem
from rami.core.timegrid import iso
from services.cli.output import note, print_json, print_table, say
from services.cli.site import opened, warn

if TYPE_CHECKING:
    from rami.core.signal import Rows
    from rami.functional.diagnosis.settings import DiagnosisSettings
    from services.diagnosis import Diagnosed
    from twins.site.site import Site

_FAR = 2**62


def diagnose(
    site_file: Path | None,
    file: Path | None,
    run: str | None,
    span: tuple[int | None, int | None],
    reference: str | None,
    json: bool,
) -> None:
    """Look through a file, or through the site's historian; print what was found."""
    from services.diagnosis import diagnose as looked_through

    if file is not None and run is not None:
        raise ConfigurationError([Problem("--run", "wanted either --file or --run")])
    site = opened(site_file)
    warn(site)
    settings = {t: _settings(d.diagnosis, reference) for t, d in site.twins.items()}
    found = looked_through(site.topology, _rows(site, file, run, span), settings)
    if json:
        print_json(
            {
                "diagnoses": [one.plain() for one in found.told],
                "relations_judged": found.judged,
                "relations_not_judged": {t: list(n) for t, n in found.unjudged.items()},
            }
        )
    else:
        _print(found)


def _settings(declared: DiagnosisSettings | None, reference: str | None) -> DiagnosisSettings:
    from pydantic import ValidationError

    from rami.functional.diagnosis.settings import DiagnosisSettings

    settings = declared or DiagnosisSettings()
    if reference is None:
        return settings
    try:
        changed = DiagnosisSettings.model_validate({"reference": reference})
    except ValidationError as error:
        raise ConfigurationError(
            Problem("--reference", e["msg"], "e.g. '7 d'") for e in error.errors()
        ) from None
    return settings.model_copy(update={"reference": changed.reference})


def _rows(
    site: Site, file: Path | None, run: str | None, span: tuple[int | None, int | None]
) -> Rows:
    from services.assemble.historian import open_store, read_file
    from services.assemble.recordings import SiteRecordings

    first, after = (-_FAR if span[0] is None else span[0]), (_FAR if span[1] is None else span[1])
    if file is not None:
        rows = read_file(file, {})[1]
        return rows.where((rows.times >= first) & (rows.times < after))
    names = [f"{t}.{n}" for t, twin in site.topology.twins.items() for n in twin.points.names]
    if run is not None:
        return SiteRecordings(site).of_history(run, names, first, after)[1]
    with closing(open_store(site, read_only=True)) as store:
        kept = {s.name for s in store.signals()}
        return store.rows([n for n in names if n in kept], first, after)


def _print(found: Diagnosed) -> None:
    rows = [
        (
            f"{one.twin}.{one.last.component}",
            f"{one.last.kind} {one.last.point}".strip(),
            f"{one.last.size:+.2g} {one.last.unit}",
            f"{100 * one.last.confidence:.0f} %",
            iso(one.last.since_ns),
            iso(one.raised.detected_ns),
            "holds" if one.ended_ns is None else iso(one.ended_ns),
        )
        for one in found.told
    ]
    if rows:
        head = ("component", "fault", "size", "confidence", "since", "detected", "until")
        print_table(head, rows)
        say()
        for one in found.told:
            say(f"{one.twin}.{one.last}: {'; '.join(one.last.evidence)}")
    else:
        say("no fault found")
    for twin, names in found.unjudged.items():
        if names:
            note(f"{twin}: {len(names)} relations were not seen often enough to be judged")
