"""A site with a historian, and rows to try `rami data` on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from click.testing import Result

from rami.core.historian import Store
from rami.core.quality import Family, Reason, quality
from rami.core.timegrid import NS, instant
from services.assemble.historian import open_store
from services.cli.site import opened

T0 = instant("2019-01-14T00:00Z")
HOUR = 3600 * NS
STUCK = quality(Family.UNCERTAIN, Reason.STUCK)
BAD = quality(Family.BAD, Reason.MISSING)
EVER = (instant("1971-01-01T00:00Z"), instant("2199-01-01T00:00Z"))


class Data(Protocol):
    """Calls `rami data` in this process, in an empty folder."""

    def __call__(self, *words: object) -> Result: ...


def site_in(folder: Path, reference: Path) -> Path:
    folder.mkdir()
    text = reference.read_text(encoding="utf-8")
    file = folder / "site.yaml"
    file.write_text(f"{text}\nhistorian: {{kind: duckdb, folder: history}}\n", encoding="utf-8")
    return file


@contextmanager
def history(site: Path) -> Iterator[Store]:
    with closing(open_store(opened(site))) as store:
        yield store
