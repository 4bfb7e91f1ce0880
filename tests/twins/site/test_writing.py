"""Numbers written back into a site file: only they change."""

from __future__ import annotations

from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError
from twins.site.loading import load_site
from twins.site.writing import with_values

HTS = ("twins", "hts", "components")
IESS = ("twins", "iess", "components")


def test_values_change_and_nothing_else(reference_site_file: Path, tmp_path: Path) -> None:
    text = reference_site_file.read_text()
    new = with_values(
        text,
        {
            (*IESS, "chp", "efficiency_el"): "0.3871",
            (*IESS, "boiler_hnlt", "efficiency"): "0.8734",
            (*HTS, "hp", "cop", "fraction"): "0.5012",
            (*HTS, "hex_hnht", "area_reserve"): "1.12",
            (*HTS, "hs", "loss"): "0.6 kW/K",
        },
    )
    old_lines, new_lines = text.splitlines(), new.splitlines()
    assert len(new_lines) == len(old_lines) + 1
    changed = set(new_lines) - set(old_lines)
    assert len(changed) == 5
    assert any(line.endswith("# 0.05 % of the content in 15 min") for line in changed)
    file = tmp_path / "site.yaml"
    file.write_text(new)
    site = load_site(file)
    assert site.topology.twins["iess"].components["chp"].efficiency_el == 0.3871
    assert site.topology.twins["iess"].components["boiler_hnlt"].efficiency == 0.8734
    assert site.topology.twins["hts"].components["hp"].cop.fraction == 0.5012
    assert site.topology.twins["hts"].components["hex_hnht"].area_reserve == 1.12


def test_quotes_and_flow_mappings() -> None:
    text = "a: {b: '0.9', c: \"x\"} # note\nd: {e: 1}\n"
    new = with_values(text, {("a", "b"): "0.8", ("d", "f"): "2"})
    assert new == 'a: {b: 0.8, c: "x"} # note\nd: {f: 2, e: 1}\n'


def test_what_cannot_be_written_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"x\.y\.z: cannot be written"):
        with_values("x: {a: 1}\n", {("x", "y", "z"): "1"})
    with pytest.raises(ConfigurationError, match=r"x: cannot be written"):
        with_values("x: {a: 1}\n", {("x",): "1"})


def test_the_same_text_without_changes() -> None:
    text = "x: {a: 1}\n"
    assert with_values(text, {}) == text


def test_a_value_shared_by_an_anchor_is_refused() -> None:
    text = "x: {a: &n 1, c: 3}\ny: {b: *n}\n"
    with pytest.raises(ConfigurationError, match="anchor"):
        with_values(text, {("y", "b"): "2"})
