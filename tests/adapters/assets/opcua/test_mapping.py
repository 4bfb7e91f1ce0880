"""Node maps: all problems at once, each with its line, before anything is connected."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.assets.opcua.address import address
from adapters.assets.opcua.engineering_units import unit_told
from adapters.assets.opcua.mapping import read_map
from adapters.assets.opcua.number_types import NUMBERS, fitted
from adapters.assets.opcua.status import quality_of
from rami.core.errors import ConfigurationError
from rami.core.quality import describe
from rami.core.unece import unit_id
from rami.integration.mapped import looked_over
from tests.adapters.assets.opcua.conftest import INPUTS, MAP, OUTPUTS

POINTS = (*OUTPUTS.points, *INPUTS.points)

YAML = """
hp.u: {node: "nsu=urn:plant;s=hp.u", unit: "1"}
pump.u: {node: "nsu=urn:plant;s=pump.u", unit: "%"}
chp.engines_on: {node: "nsu=urn:plant;s=chp.engines_on", unit: "1"}
hp.P_el: nsu=urn:plant;s=hp.P_el
hex.T_out: {node: nsu=urn:plant;/Plant/hex.T_out, unit: K}
hex.m: {node: nsu=urn:plant;s=hex.m, unit: t/h, scale: 0.1}
"""


def _map(folder: Path, text: str, name: str = "hts.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_and_yaml_say_the_same(tmp_path: Path) -> None:
    rows = read_map(_map(tmp_path, MAP), "a", POINTS).whole()
    more = read_map(_map(tmp_path, YAML, "hts.yaml"), "a", POINTS).whole()
    told = [(n.point.name, n.address, n.unit, n.scale) for n in rows]
    assert told == [(n.point.name, n.address, n.unit, n.scale) for n in more]
    semicolons = MAP.replace(";", "%").replace(",", ";").replace("%", ";")
    assert semicolons.count(";") > MAP.count(";")


def test_all_problems_at_once_with_their_lines(tmp_path: Path) -> None:
    text = (
        "point,node,unit,scale,offset,type,optional\n"
        "hp.u,nsu=urn:plant;s=a,kW,,,,\n"
        "hp.P_e,nsu=urn:plant;s=b,,,,,\n"
        "pump.u,s,%,0,,Real,\n"
        "chp.engines_on,nsu=urn:plant;s=a,1,x,,,maybe\n"
        "hex.m,,,,,,\n"
        "hp.P_el,i=7,,1000,,,\n"
    )
    with pytest.raises(ConfigurationError) as caught:
        read_map(_map(tmp_path, text), "nodes/hts.csv", POINTS).whole()
    told = str(caught.value)
    for words in (
        "nodes/hts.csv:2: hp.u: unit 'kW' does not measure share; wanted one of 1, %",
        "nodes/hts.csv:3: the twin has no point 'hp.P_e'; hint: did you mean 'hp.P_el'?",
        "nodes/hts.csv:4: pump.u: scale is 0",
        "nodes/hts.csv:4: pump.u: no type 'Real'",
        "nodes/hts.csv:4: pump.u: 's' is no node; e.g. nsu=",
        "nodes/hts.csv:5: chp.engines_on: scale is 'x'; wanted a number",
        "nodes/hts.csv:5: chp.engines_on: optional is 'maybe'",
        "nodes/hts.csv:6: hex.m: has no node; give one, or mark it `optional`",
        "nodes/hts.csv:7: hp.P_el: scale and offset need a unit",
        "hex.T_out; hint: map them, or name them under `optional`",
    ):
        assert words in told, told


def test_a_node_that_is_written_has_one_point(tmp_path: Path) -> None:
    text = MAP.replace("s=pump.u", "s=hp.u")
    problems, _ = looked_over(lambda: read_map(_map(tmp_path, text), "hts.csv", POINTS))
    assert [str(p) for p in problems] == [
        "hts.csv:3: pump.u has the node of hp.u, see hts.csv:2; "
        "hint: a node that is written has one point"
    ]


def test_what_is_worth_a_look(tmp_path: Path) -> None:
    text = "point,node,unit,optional\nhp.u,ns=2;s=hp.u,1,\nhex.m,,,true\n"
    rest = ["pump.*", "chp.*", "hp.P_el", "hex.T_out"]
    problems, notes = looked_over(lambda: read_map(_map(tmp_path, text), "hts.csv", POINTS, rest))
    assert problems == []
    assert "4 optional points" in str(notes)
    assert "a namespace index may change" in str(notes)


@pytest.mark.parametrize(
    ("text", "namespace", "kind", "told"),
    [
        ("i=2258", 0, "i", "2258"),
        ("ns=3;s=a;b=c", 3, "s", "a;b=c"),
        ("nsu=urn:x%3By;b=AAEC", "urn:x;y", "b", "AAEC"),
        ("nsu=http://a/b/;g=09087e75-8e5e-499b-954f-f2a9603db28a", "http://a/b/", "g", "09087e75"),
    ],
)
def test_node_ids_as_they_are_written(
    text: str, namespace: str | int, kind: str, told: str
) -> None:
    found = address(text)
    assert (found.namespace, found.kind) == (namespace, kind)
    assert found.identifier.startswith(told)


def test_paths_carry_their_namespaces() -> None:
    assert address("nsu=urn:p;/A/0:B/C&/D").path == (("urn:p", "A"), (0, "B"), ("urn:p", "C/D"))
    assert address("/2:A/3:B").namespaces == {2, 3}


@pytest.mark.parametrize(
    "text", ["", "x", "ns=;s=a", "i=-1", "i=x", "g=12", "b=#", "/", "ns=1;/a//b"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="nsu="):
        address(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        assert address(text).text == text
    except ValueError as error:
        assert "nsu=" in str(error)


@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(sorted(NUMBERS)),
)
def test_a_number_fits_its_type_or_is_refused(value: float, name: str) -> None:
    kind = NUMBERS[name]
    try:
        found = fitted(value, kind)
    except ValueError:
        assert not (kind.low <= value <= kind.high) or name == "Boolean" or value != value
        return
    assert kind.low <= found <= kind.high
    assert isinstance(found, bool) == (name == "Boolean")
    assert not kind.whole or float(found).is_integer()


def test_units_as_servers_tell_them() -> None:
    unece = "http://www.opcfoundation.org/UA/units/un/cefact"
    assert (unit_id("CEL"), unit_id("P1")) == (4408652, 20529)
    assert unit_told(unece, 4408652, "anything") == "degC"
    assert unit_told("urn:vendor", 7, "m³/h") == "m3/h"
    assert unit_told(None, -1, "kW") == "kW"
    assert unit_told(unece, 1, "furlong") is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "good"),
        (0x0000_0500, "good: limited"),
        (0x4090_0000, "uncertain: stale"),
        (0x4094_0000, "uncertain: range"),
        (0x808C_0000, "bad: missing"),
        (0x803C_0000, "bad: range"),
        (0xC000_0000, "bad: missing"),
    ],
)
def test_status_codes_in_our_words(code: int, words: str) -> None:
    assert describe(quality_of(code)) == words
