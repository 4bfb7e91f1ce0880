"""Learned values in site files as they lie on disks: links, line ends, rights."""

from __future__ import annotations

from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError
from rami.information.analytics.learned import LearnedParameter
from services.learning.rewriting import write_learned
from tests.conftest import REPOSITORY
from twins.site.loading import load_site

REFERENCE = REPOSITORY / "examples" / "reference" / "site.yaml"


def _learned() -> LearnedParameter:
    from rami.asset.boiler import Boiler

    twin, name, boiler = next(iter(load_site(REFERENCE).topology.of(Boiler)))
    return LearnedParameter(f"{twin}.{name}.efficiency", float(boiler.efficiency), 0.8765, 0.001)


def test_a_link_stays_a_link_and_line_ends_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "real.yaml", tmp_path / "site.yaml"
    file.write_bytes(REFERENCE.read_bytes().replace(b"\n", b"\r\n"))
    link.symlink_to(file)
    write_learned(load_site(link), [_learned()], link)
    assert link.is_symlink()
    written = file.read_bytes()
    assert b"0.8765" in written and written.count(b"\n") == written.count(b"\r\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["real.yaml", "site.yaml"]


def test_a_read_only_file_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(REFERENCE.read_bytes())
    file.chmod(0o444)
    with pytest.raises(ConfigurationError, match="read-only"):
        write_learned(load_site(file), [_learned()], file)
    assert file.read_bytes() == REFERENCE.read_bytes()
