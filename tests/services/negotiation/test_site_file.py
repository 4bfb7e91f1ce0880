"""A district as a section of a site file, as a file that it names, as a file of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError
from services.cli.site import reference_site
from services.negotiation.deployment import site_text
from services.negotiation.loading import demo, load_district, section_of
from twins.site import load_site

REFERENCE = reference_site().read_text(encoding="utf-8")


def test_the_same_district_from_a_file_and_from_a_site_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "district.yaml").write_text(demo().read_text(encoding="utf-8"), encoding="utf-8")
    site = tmp_path / "site.yaml"
    site.write_text(site_text(REFERENCE, {"district": "district.yaml"}), encoding="utf-8")
    assert load_district(site) == load_district(demo())
    assert section_of(site) == {"file": str(tmp_path / "district.yaml")}


def test_a_district_written_out_in_a_site(tmp_path: Path) -> None:
    lines = demo().read_text(encoding="utf-8").splitlines()
    text = "\n".join(["district:", *(f"  {line}" for line in lines)])
    site = tmp_path / "site.yaml"
    site.write_text(f"{REFERENCE}\n{text}\n", encoding="utf-8")
    assert load_district(site) == load_district(demo())


def test_what_is_wrong_in_the_named_file_is_told_with_both_lines(tmp_path: Path) -> None:
    text = demo().read_text(encoding="utf-8").replace("seed: 1", "sead: 1")
    (tmp_path / "district.yaml").write_text(text, encoding="utf-8")
    site = tmp_path / "site.yaml"
    site.write_text(site_text(REFERENCE, {"district": "district.yaml"}), encoding="utf-8")
    with pytest.raises(ConfigurationError) as told:
        load_site(site)
    words = str(told.value)
    assert "site.yaml:" in words and "district.yaml:" in words and "sead" in words


def test_a_site_without_a_district_says_so(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(REFERENCE, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="without a section `district`"):
        load_district(site)
