"""Plans from a process of their own: the same bytes, and no trouble stays."""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rami.business.pricing import site_prices
from rami.core.errors import ConfigurationError, DataError, RunError
from rami.core.timegrid import TimeGrid, instant
from rami.functional.strategy import PlantState
from services import assemble
from services.planning.job import PlanJob
from services.planning.planner import Answered, InProcessPlanner, Planner, Trouble
from services.planning.process import ProcessPlanner
from services.planning.worker import Planning
from services.study.season_data import DataOptions, read_season
from twins.site.loading import load_site
from twins.site.site import Site

STEPS = 24


@pytest.fixture(scope="module")
def site(reference_site_file: Path) -> Site:
    return load_site(reference_site_file)


@pytest.fixture(scope="module")
def job(site: Site) -> PlanJob:
    grid = TimeGrid(instant(site.clock.start), round(900e9), STEPS)
    data = read_season(site, "run", grid, DataOptions())
    prices = site_prices(site.business, site.topology, data)
    return PlanJob(0, data, prices, PlantState.nominal(site.topology))


@pytest.fixture(scope="module")
def shared(site: Site) -> Iterator[ProcessPlanner]:
    with ProcessPlanner(Planning(site.file, STEPS)) as planner:
        yield planner


@pytest.fixture
def planner(shared: ProcessPlanner) -> Iterator[ProcessPlanner]:
    """The process, with its usual deadline, and nothing left of the test before."""
    yield shared
    shared.deadline_s = 300.0
    while shared.poll() is not None:
        pass


@pytest.fixture(scope="module")
def own(site: Site) -> InProcessPlanner:
    return InProcessPlanner(assemble.strategy(site))


def answer(planner: Planner) -> Answered | Trouble:
    while (found := planner.poll()) is None:
        os.sched_yield()
    return found


def test_both_give_the_same_bytes(
    planner: ProcessPlanner, own: InProcessPlanner, job: PlanJob
) -> None:
    here, there = own.planned(job), planner.planned(job)
    assert there.schedule.to_bytes() == here.schedule.to_bytes()
    assert there.idle_eur == here.idle_eur
    after = replace(job, previous=here.schedule, override={"hts.hp.p_el_max": 0.0})
    here, there = own.planned(after), planner.planned(after)
    assert there.schedule.to_bytes() == here.schedule.to_bytes()
    assert not there.schedule.column("hts.hp.P_el").any()
    assert len(pickle.dumps(after)) < 100_000  # goes over without the loop waiting


def test_jobs_are_answered_in_their_order(
    planner: ProcessPlanner, own: InProcessPlanner, job: PlanJob
) -> None:
    for one in (planner, own):
        tickets = [one.ask(replace(job, interval=i)) for i in range(3)]
        answers = [answer(one) for _ in tickets]
        assert [a.ticket for a in answers] == tickets
        assert [a.planned.interval for a in answers if isinstance(a, Answered)] == [0, 1, 2]
        assert one.poll() is None


def test_a_faulty_job_is_told_and_the_next_is_done(
    planner: ProcessPlanner, own: InProcessPlanner, job: PlanJob
) -> None:
    values = job.forecast.values.copy()
    values[3] = np.nan
    faulty = replace(job, forecast=replace(job.forecast, values=values))
    for one in (planner, own):
        one.ask(faulty)
        found = answer(one)
        assert isinstance(found, Trouble)
        assert isinstance(found.error, DataError)
        assert "P_th_dem_DHS" in str(found.error)
        with pytest.raises(DataError):
            one.planned(faulty)
        assert one.planned(job).schedule.rung == "milp"


def test_a_killed_process_is_replaced_and_the_plan_made(
    planner: ProcessPlanner, own: InProcessPlanner, job: PlanJob
) -> None:
    before, pid = planner.restarts, planner.pid
    planner.ask(job)
    os.kill(pid, signal.SIGKILL)
    found = answer(planner)
    assert isinstance(found, Answered)
    assert found.planned.schedule.to_bytes() == own.planned(job).schedule.to_bytes()
    assert planner.restarts == before + 1
    assert planner.pid != pid


def test_a_process_that_hangs_is_given_up(planner: ProcessPlanner, job: PlanJob) -> None:
    before, pid = planner.restarts, planner.pid
    planner.planned(job)
    os.kill(pid, signal.SIGSTOP)
    planner.deadline_s = 0.2
    ticket = planner.ask(job)
    found = answer(planner)
    assert isinstance(found, Trouble)
    assert found.ticket == ticket
    assert isinstance(found.error, RunError)
    assert "no plan within 0.2 s" in str(found.error)
    assert planner.restarts == before + 1
    planner.deadline_s = 300.0
    assert planner.planned(job).schedule.rung == "milp"


def test_it_ends_with_its_parent(site: Site) -> None:
    """However the parent ends, kill -9 too."""
    script = (
        "import sys, time\n"
        "from services.planning.process import ProcessPlanner\n"
        "from services.planning.worker import Planning\n"
        "from pathlib import Path\n"
        "if __name__ == '__main__':\n"
        f"    planner = ProcessPlanner(Planning(Path({str(site.file)!r}), {STEPS}))\n"
        "    while not planner.ready:\n"
        "        time.sleep(0.05)\n"
        "    print(planner.pid, flush=True)\n"
        "    time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
        handle = os.pidfd_open(pid)
        parent.kill()
        parent.wait()
    ready, _, _ = select.select([handle], [], [], 60.0)
    os.close(handle)
    assert ready


def test_a_site_that_cannot_be_loaded_is_told_and_tried_again(
    tmp_path: Path, site: Site, job: PlanJob
) -> None:
    file = tmp_path / "site.yaml"
    with ProcessPlanner(Planning(file, STEPS, site_hash=site.hash)) as planner:
        with pytest.raises(ConfigurationError, match=r"site\.yaml"):
            planner.planned(job)
        file.write_text(site.file.read_text().replace("step: 15 min", "step: 30 min"))
        with pytest.raises(RunError, match="was changed since the run began"):
            planner.planned(job)
        assert planner.poll() is None
        file.write_bytes(site.file.read_bytes())
        assert planner.planned(job).schedule.rung == "milp"
