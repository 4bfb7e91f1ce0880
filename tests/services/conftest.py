"""A site ready to run: loaded, its FMUs built, its loops tuned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from rami.core.timegrid import instant
from rami.functional.technical import Tuning
from services import assemble
from services.study.job import Job, JobResult, run_season
from services.study.outcome import Mode
from services.study.season_data import DataOptions
from twins.site import load_site
from twins.site.site import Site


@dataclass(frozen=True)
class ReadySite:
    """A site with everything a run needs."""

    site: Site
    fmus: Mapping[str, Path]
    tunings: Mapping[str, Tuning]

    def job(
        self, mode: Mode, hours: float, start: str | None = None, exchange_s: float = 60.0
    ) -> Job:
        """A run of the site's own data from its clock's start."""
        site = self.site
        begin = instant(start or site.clock.start)
        intervals = round(hours * 3600 / site.strategy.step)
        return Job(
            site.file,
            "run",
            begin,
            intervals,
            mode,
            DataOptions(),
            self.fmus,
            self.tunings,
            exchange_s,
        )

    def run(self, mode: Mode, hours: float, start: str | None = None) -> JobResult:
        """Run it in this process."""
        return run_season(self.site, self.job(mode, hours, start))


Ready = Callable[[Mapping[str, Any], Path], ReadySite]


@pytest.fixture(scope="session")
def ready(fmu_cache: Path, once: Callable[[str], AbstractContextManager[None]]) -> Ready:
    """Makes a site ready from a declaration, in a folder."""

    def make(declaration: Mapping[str, Any], folder: Path) -> ReadySite:
        file = folder / "site.yaml"
        file.write_text(yaml.safe_dump(dict(declaration), sort_keys=False), encoding="utf-8")
        site = load_site(file)
        with once("fmu"):
            fmus = assemble.build_fmus(site, fmu_cache)
        return ReadySite(site, fmus, assemble.tune(site, fmus))

    return make


@pytest.fixture(scope="session")
def reference(
    fmu_cache: Path,
    once: Callable[[str], AbstractContextManager[None]],
    reference_site_file: Path,
) -> ReadySite:
    """The reference site."""
    site = load_site(reference_site_file)
    with once("fmu"):
        fmus = assemble.build_fmus(site, fmu_cache)
    return ReadySite(site, fmus, assemble.tune(site, fmus))
