"""Rows of single customers for a recipient inside the house, under pseudonyms of its own."""

from __future__ import annotations

import csv
import hashlib
from io import StringIO
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem
from rami.core.historian import Store
from rami.core.timegrid import iso
from rami.core.units import unit_of
from rami.core.wording import did_you_mean
from rami.information.meters.aggregate import deliver
from rami.information.meters.dataset import Dataset
from rami.information.meters.pseudonym import pseudonyms

#: customers read at once
_BATCH = 500


def share(
    dataset: Dataset, store: Store, recipient: str, start_ns: int, end_ns: int, out: Path
) -> int:
    """Write rows of a span as CSV for a recipient with `gets: rows`; how many.

    The recipient's pseudonyms join neither with the historian's nor with another recipient's.
    Raises Refused (logged) for other recipients, RunError when the log cannot be written.
    """
    settings = dataset.settings
    with dataset.locked():
        if recipient not in settings.recipients:
            hint = did_you_mean(recipient, settings.recipients)
            where = f"meters.{dataset.name}"
            raise ConfigurationError([Problem(where, f"no recipient {recipient!r}", hint)])
        rule = settings.recipients[recipient]
        if rule.gets != "rows":
            why = f"{recipient} gets aggregates, not rows"
            raise dataset.refuse("share", why, recipient=recipient)
        ring = dataset.ring()
        customers = list(dataset.roster().customers)
        own = pseudonyms(ring.key(recipient), dataset.name, customers)
        order = sorted(range(len(customers)), key=own.__getitem__)
        allowed = rule.registers or tuple(settings.registers)
        text = StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["pseudonym", "time_utc", "register", "value", "unit"])
        count, seen = 0, 0
        names = dataset.names(ring, customers)
        known = {signal.name for signal in store.signals(f"meters.{dataset.name}.*")}
        for first in range(0, len(order), _BATCH):
            owners = {
                name: (own[i], register)
                for i in order[first : first + _BATCH]
                for register, name in zip(settings.registers, names[i], strict=True)
                if register in allowed and name in known
            }
            had = set()
            for name, rows in store.rows(list(owners), start_ns, end_ns).series():
                who, register = owners[name]
                had.add(who)
                unit = unit_of(settings.registers[register].quantity)
                for at, value in zip(rows.times, rows.values, strict=True):
                    table.writerow([who, iso(int(at)), register, f"{value:.12g}", unit])
                count += len(rows)
            seen += len(had)
        content = text.getvalue().encode()
        dataset.tell(
            "share", "released", recipient=recipient, purpose=rule.purpose, rows=count,
            customers=seen, start=iso(start_ns), end=iso(end_ns),
            sha256=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
        deliver(out, content)
    return count
