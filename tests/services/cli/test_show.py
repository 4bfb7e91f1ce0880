from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rami.core.errors import ConfigurationError, RunError
from services.cli.drawing import draw, tree
from services.cli.drawing.colours import SCALE, of_temperature
from services.cli.drawing.flows import End, flows
from services.cli.drawing.layout import lay_out
from services.cli.show import show
from twins.site import Site, load_site

Variant = Callable[[str], Site]


@pytest.fixture
def variant(tmp_path: Path, reference_site_file: Path) -> Variant:
    """The reference site without a storage and with a second heat pump, or as it is."""

    def made(which: str) -> Site:
        text = reference_site_file.read_text(encoding="utf-8")
        if which == "two heat pumps":
            pump = re.search(r"      hp:\n(?:        .*\n)+", text)
            assert pump
            text = text.replace(pump[0], pump[0] + pump[0].replace("hp:", "hp2:"))
            text = re.sub(r"      (hs|ih):\n(?:        .*\n)+", "", text)
        file = tmp_path / "site.yaml"
        file.write_text(text, encoding="utf-8")
        return load_site(file)

    return made


def test_the_tree_names_everything(variant: Variant) -> None:
    site = variant("reference")
    text = "\n".join(tree(site.topology, site.topology.twins))
    for topology in site.topology.twins.values():
        for name in site.topology.declared[topology.name]:
            assert name in text
    assert "hot_in   ← iess.hnht_flow  through hex_hnht_valve" in text
    assert "ih  immersion heater  1 MW el  at hs" in text
    assert "border" not in text


def test_pipes_run_through_borders(variant: Variant) -> None:
    pipes = flows(variant("reference").topology)
    ends = [(pipe.source, pipe.target, pipe.device) for pipe in pipes]
    valve = (End("iess", "hnht_flow", "at"), End("hts", "hex_hnht", "hot_in"), "hex_hnht_valve")
    assert valve in ends
    assert not any("border" in end.component for pipe in ends for end in pipe[:2])


@pytest.mark.parametrize("which", ["reference", "two heat pumps"])
def test_the_drawing_is_well_formed_and_whole(which: str, variant: Variant) -> None:
    site = variant(which)
    text = draw(site.topology, site.topology.twins, "a & b < c")
    root = ElementTree.fromstring(text)
    words = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    for twin, names in site.topology.declared.items():
        assert set(names) <= words, f"{twin} is not drawn in full"
    for topology in site.topology.twins.values():
        assert set(topology.networks) <= words
    assert text == draw(site.topology, site.topology.twins, "a & b < c")


@pytest.mark.parametrize("which", ["reference", "two heat pumps"])
def test_boxes_do_not_overlap_and_pipes_cross_none(which: str, variant: Variant) -> None:
    site = variant(which)
    plan = lay_out(site.topology, site.topology.twins)
    boxes = list(plan.boxes.values())
    for place, a in enumerate(boxes):
        assert a.x > a.width / 2
        assert a.x + a.width / 2 < plan.width
        for b in boxes[place + 1 :]:
            apart = abs(a.x - b.x) >= a.width or abs(a.y - b.y) >= (a.height + b.height) / 2
            assert apart, f"{a.path} lies on {b.path}"
    for box in boxes:
        for pipe in plan.pipes:
            ends = (pipe.source.path, pipe.target.path)
            rails = [plan.rails[end].y for end in ends if end in plan.rails]
            if box.path in ends and rails:
                low, high = sorted((box.y, rails[0]))
                in_the_way = [
                    other.path
                    for other in boxes
                    if other is not box and abs(other.x - box.x) < 80 and low < other.y < high
                ]
                assert not in_the_way, f"pipe of {box.path} runs through {in_the_way}"


def test_one_twin_with_the_networks_it_meets(variant: Variant) -> None:
    site = variant("reference")
    plan = lay_out(site.topology, ["hts"])
    assert {panel.twin for panel in plan.panels} == {"hts", "iess", "dhs"}
    assert all(path.startswith("hts.") for path in plan.boxes)
    plan = lay_out(site.topology, ["dhs"])
    assert {panel.twin for panel in plan.panels} == {"dhs"}


def test_colours_follow_temperature() -> None:
    def channels(colour: str) -> tuple[int, int]:
        return int(colour[1:3], 16), int(colour[5:7], 16)

    reds, blues = zip(*(channels(of_temperature(t)) for t in range(20, 116, 5)), strict=True)
    assert list(reds) == sorted(reds)
    assert blues[0] > blues[-1]
    assert of_temperature(-40) == of_temperature(SCALE[0][0])
    assert of_temperature(400) == of_temperature(SCALE[-1][0])


def test_the_graph_as_json(reference_site_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(reference_site_file, None, True, "dhs")
    graph = json.loads(capsys.readouterr().out)
    ids = {node["id"] for node in graph["nodes"]}
    assert {"reference", "dhs", "dhs.town", "dhs:fmu"} <= ids
    assert not any(i.startswith("hts") for i in ids)
    assert all(edge["source"] in ids and edge["target"] in ids for edge in graph["edges"])
    assert {"part_of", "flows_to", "controlled_by", "simulated_by"} == {
        edge["kind"] for edge in graph["edges"]
    }


def test_files(reference_site_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "site.svg"
    show(reference_site_file, target, False, None)
    assert target.read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(RunError, match="cannot write"):
        show(reference_site_file, tmp_path, False, None)
    with pytest.raises(ConfigurationError, match="did you mean 'hts'"):
        show(reference_site_file, None, False, "htz")
