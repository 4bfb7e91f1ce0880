"""A recipient's table, shared before a rotation, under the pseudonyms of after it."""

from __future__ import annotations

import csv
import hashlib
from io import StringIO
from pathlib import Path

from rami.core.errors import ConfigurationError, DataError, Problem
from rami.core.wording import did_you_mean
from rami.information.meters.aggregate import deliver
from rami.information.meters.dataset import Dataset
from rami.information.meters.rotate import rekeyed

_COLUMN = "pseudonym"


def rekey(dataset: Dataset, recipient: str, table: Path, epoch: int, out: Path) -> tuple[int, int]:
    """Write a shared CSV with present pseudonyms; rows written, and rows left out.

    Left out are rows of customers who were erased since. Raises DataError for a table that is
    none, ConfigurationError when the keys of `epoch` were destroyed, RunError when the log cannot
    be written.
    """
    with dataset.locked():
        rule = dataset.settings.recipients.get(recipient)
        if rule is None:
            hint = did_you_mean(recipient, dataset.settings.recipients)
            where = f"meters.{dataset.name}"
            raise ConfigurationError([Problem(where, f"no recipient {recipient!r}", hint)])
        if rule.gets != "rows":
            why = f"{recipient} gets aggregates, not rows"
            raise dataset.refuse("rekey", why, recipient=recipient)
        head, lines, at = _read(table)
        now = rekeyed(dataset, recipient, [line[at] for line in lines], epoch)
        text = StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(head)
        kept = 0
        for line, name in zip(lines, now, strict=True):
            if name is not None:
                rows.writerow([*line[:at], name, *line[at + 1 :]])
                kept += 1
        content = text.getvalue().encode()
        dataset.tell(
            "rekey", "released", recipient=recipient, purpose=rule.purpose, epoch=epoch, rows=kept,
            sha256=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
        deliver(out, content)
    return kept, len(lines) - kept


def _read(table: Path) -> tuple[list[str], list[list[str]], int]:
    try:
        head, *lines = list(csv.reader(StringIO(table.read_text(encoding="utf-8")))) or [[]]
    except OSError as error:
        raise DataError([Problem(str(table), error.strerror or "cannot be read")]) from None
    except (UnicodeDecodeError, csv.Error):
        raise DataError([Problem(str(table), "is not a CSV in UTF-8")]) from None
    if _COLUMN not in head:
        what = f"no column {_COLUMN!r}"
        raise DataError([Problem(f"{table}:1", what, "wanted a file of `rami meters share`")])
    if any(len(line) != len(head) for line in lines):
        raise DataError([Problem(str(table), f"not all lines have {len(head)} cells")])
    return head, lines, head.index(_COLUMN)
