"""Takes a day's files of customers' meters in."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from rami.communication.service.contract import Inbox
from rami.communication.service.function import FunctionService, Said
from rami.communication.service.payload import KeyFigures
from rami.core.timegrid import iso
from rami.information.meters.dataset import Dataset
from rami.information.meters.ingest import Ingested, ingest
from rami.information.meters.keys import KeyRing
from services.utility.loading import Utility, load_utility
from services.utility.work.said import day_before, local_day
from services.utility.work.watch import note_seconds

if TYPE_CHECKING:
    from rami.communication.service.settings import Place
    from services.utility.kinds.meter_ingest import MeterIngestConfiguration

_COUNTS = ("files", "readings", "customers", "new_customers", "new", "duplicates", "corrections",
           "refused", "left_out")  # fmt: skip


def meter_ingest(
    configuration: MeterIngestConfiguration, name: str, place: Place
) -> FunctionService:
    """The service of a configuration."""
    c, utility = configuration, load_utility(place.file)

    def run(inbox: Inbox) -> Said:
        day = day_before(inbox.now_ns)
        local = local_day(day, utility.declaration.zone)
        files = c.paths(utility.folder, local.strftime(c.files))
        begun = perf_counter()
        done = _taken(c, utility, name, inbox.now_ns, files)
        note_seconds(
            utility.folder, name, local.date().isoformat(), {"ingest": perf_counter() - begun}
        )
        figures: dict[str, tuple[float, str]] = {n: (float(getattr(done, n)), "1") for n in _COUNTS}
        why = "" if files else f"no file {local.strftime(c.files)}"
        span = {"start": iso(day.start_ns), "end": iso(day.end_ns)}
        return Said(KeyFigures(figures=figures, **span), 2 * c.period, "ingest", reason=why)

    return FunctionService(c.declaration(name), run, place.site)


def opened_dataset(utility: Utility, name: str, operator: str, now_ns: int) -> Dataset:
    """A dataset of the utility, with keys where it had none."""
    settings = utility.declaration.meters[name]
    dataset = Dataset(name, settings, utility.folder, operator, lambda: now_ns)
    store = getattr(utility.declaration.historian, "folder", None)
    dataset.check_places(utility.folder / store if store else None)
    if not dataset.keys.exists():
        with dataset.locked():
            dataset.keys.write(KeyRing.fresh(dataset.recipients))
            dataset.tell("keys", "done")
    return dataset


def _taken(
    c: MeterIngestConfiguration, utility: Utility, name: str, now_ns: int, files: list[Path]
) -> Ingested:
    """Lines at fault are left out and counted; the rest is in."""
    if not files:
        return Ingested()
    dataset = opened_dataset(utility, c.dataset, f"service {name}", now_ns)
    customers = utility.folder / c.customers if c.customers else None
    store = utility.open_store()
    try:
        done = ingest(
            dataset, store, files, customers=customers, register=c.register_, strict=False
        )
        # rows leave memory: the next one that opens the store needs not read the log
        store.compact()
    finally:
        store.close()
    return done
