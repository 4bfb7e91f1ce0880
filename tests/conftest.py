"""Fixtures that every test may use: shared data, the reference site, one FMU cache per run."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fcntl import LOCK_EX, LOCK_UN, flock
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parents[1]
ON_CI = os.environ.get("CI", "").lower() == "true"

# processes that tests start inherit an ignored Ctrl-C of whoever started the tests in background
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")


def peer_absent(name: str, why: str) -> None:
    """Skip a test whose peer is not installed; with PEERS=required that is a failure."""
    reason = f"{name} is absent: {why}"
    if os.environ.get("PEERS") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def peer() -> Callable[[str], Any]:
    """`peer("saqc")`: the module of an optional package, else the test is skipped."""

    def imported(name: str) -> Any:
        try:
            return import_module(name)
        except ImportError as error:
            return peer_absent(name, str(error))

    return imported


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the work tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and prepared data beside the repository."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        reason = f"{folder} is absent: tests on the shared reference data cannot run"
        if ON_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def reference_site_file() -> Path:
    """The site file that `make run` runs."""
    return REPOSITORY / "examples" / "reference" / "site.yaml"


@pytest.fixture
def reference_site_declaration(reference_site_file: Path) -> dict[str, Any]:
    """The reference site as plain data, fresh for each test, free to be changed."""
    declaration: dict[str, Any] = yaml.safe_load(reference_site_file.read_text(encoding="utf-8"))
    return declaration


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One temporary folder for the whole run, the same in every xdist worker."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def fmu_cache(run_folder: Path) -> Path:
    """One FMU cache for the whole run, so that workers build each model once."""
    folder = run_folder / "fmu_cache"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _own_cache(fmu_cache: Path) -> Iterator[None]:
    """Tests neither use nor fill the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAMI_CACHE", str(fmu_cache))
        yield


@pytest.fixture(scope="session")
def once(run_folder: Path) -> Callable[[str], AbstractContextManager[None]]:
    """A lock by name across workers: `with once("build"): ...` for work that must not race."""

    @contextmanager
    def locked(name: str) -> Iterator[None]:
        with (run_folder / f"{name}.lock").open("w") as handle:
            flock(handle, LOCK_EX)
            try:
                yield
            finally:
                flock(handle, LOCK_UN)

    return locked
