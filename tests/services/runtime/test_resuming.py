"""Whether a run may go on from a checkpoint, and what is said where not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from rami.core.errors import DataError
from services.runtime.resuming import changes, check_same, keep_declared
from twins.site import load_site
from twins.site.site import Site

FILE = Path("checkpoint-000001.bin")


@pytest.fixture
def former(reference_site_file: Path, tmp_path: Path) -> Site:
    site = load_site(reference_site_file)
    keep_declared(tmp_path, site.meant)
    return site


def _changed(folder: Path, declaration: dict[str, Any]) -> Site:
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(declaration), encoding="utf-8")
    return load_site(file)


def test_what_changed_is_named(
    former: Site, tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    declaration = reference_site_declaration
    declaration["strategy"]["horizon"] = "36 h"
    declaration["twins"]["hts"]["live"] = {"alarm_after": "10 s"}
    now = _changed(tmp_path, declaration)
    plain = {"clock": "real", "site": former.hash}
    with pytest.raises(DataError) as told:
        check_same(FILE, plain, "real", now.hash, changes(tmp_path, now.meant))
    assert "strategy.horizon: was 86400.0, now 129600.0" in str(told.value)
    assert "twins.hts.live: was not there, now {" in str(told.value)
    assert "\n" not in str(told.value)


def test_the_same_site_and_clock_go_on(
    former: Site, tmp_path: Path, reference_site_declaration: dict[str, Any]
) -> None:
    reference_site_declaration["strategy"]["horizon"] = "1440 min"
    now = _changed(tmp_path, reference_site_declaration)
    plain = {"clock": "real", "site": former.hash}
    assert changes(tmp_path, now.meant) == []
    check_same(FILE, plain, "real", now.hash)
    with pytest.raises(DataError, match="of a run in real time, this one is in scaled"):
        check_same(FILE, plain, "scaled", now.hash)


def test_without_what_was_kept_hashes_are_told(tmp_path: Path) -> None:
    assert changes(tmp_path, {"site": "x"}) == []
    with pytest.raises(DataError, match="another site file: aaa, this one is bbb"):
        check_same(FILE, {"clock": "real", "site": "aaa"}, "real", "bbb")
