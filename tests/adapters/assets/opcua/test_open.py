"""What a server's nodes must be like; all that are not are told at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.assets.opcua.backend import OpcuaBackend
from adapters.assets.opcua.configuration import OpcuaConfiguration
from rami.asset.live import LinkState
from rami.core.errors import ConfigurationError
from tests.adapters.assets.opcua.conftest import MAP, NODES, PlantServer

Open = Callable[..., OpcuaBackend]


def _changed(**by_name: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The usual nodes with some changed (`hp_u` for hp.u), or left out."""
    found = []
    for node in NODES:
        change = by_name.get(node["name"].replace(".", "_", 1), {})
        if change is not None:
            found.append(node | change)
    return found


def test_every_node_that_fails_is_told_as_a_tree(plant: PlantServer, made: Open) -> None:
    nodes = _changed(
        hp_u={"writable": False},
        pump_u=None,
        hp_P_el={"value": [1.0, 2.0]},
        hex_T_out={"unit": [4408652, "°C"]},
        hex_m={"value": "text", "type": "String"},
    )
    plant.do("reset", nodes=nodes)
    rows = MAP.replace("nsu=urn:plant;s=chp", "nsu=urn:plants;s=chp")
    backend = made(plant.url, rows)
    threads = threading.active_count()
    with pytest.raises(ConfigurationError) as caught:
        backend.open()
    assert str(caught.value).splitlines() == [
        f"hts at {plant.url}: 6 of 6 nodes cannot be used",
        "  hp",
        "    hp.u: nsu=urn:plant;s=hp.u: cannot be written by this user; or say `writes: false` "
        "(hts.csv:2)",
        "    hp.P_el: nsu=urn:plant;s=hp.P_el: holds an array; wanted a single number (hts.csv:5)",
        "  pump",
        "    pump.u: nsu=urn:plant;s=pump.u: no such node (BadNodeIdUnknown) (hts.csv:3)",
        "  chp",
        "    chp.engines_on: nsu=urn:plants;s=chp.engines_on: the server has no namespace "
        "'urn:plants'; did you mean 'urn:plant'? (hts.csv:4)",
        "  hex",
        "    hex.T_out: nsu=urn:plant;/Plant/hex.T_out: the node map says K, the server measures "
        "in '°C' (hts.csv:6)",
        "    hex.m: nsu=urn:plant;s=hex.m: holds String; wanted a number (hts.csv:7)",
    ]
    assert len(caught.value.problems) == 6
    assert all(p.where.startswith("hts.csv:") for p in caught.value.problems)
    assert backend.link().state is LinkState.CLOSED
    assert threading.active_count() == threads


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hp_P_el": {"unit": [4408652, "°C"]}}, "no known unit of power"),
        ({"hp_P_el": {"range": [1e6, 2e6]}}, "lies outside what hp.P_el can be"),
        ({"hp_P_el": {"access": 2}}, "cannot be read by this user"),
    ],
)
def test_what_a_node_may_not_be(
    plant: PlantServer, made: Open, change: dict[str, Any], words: str
) -> None:
    plant.do("reset", nodes=_changed(**change))
    with pytest.raises(ConfigurationError, match=words):
        made(plant.url).open()


def test_a_unit_must_be_known_from_somewhere(plant: PlantServer, made: Open) -> None:
    rows = MAP.replace("hex.T_out,K,", "hex.T_out,,")
    plant.do("reset", nodes=[{k: v for k, v in n.items() if k != "unit"} for n in NODES])
    with pytest.raises(ConfigurationError, match="neither the node map nor the server") as caught:
        made(plant.url, rows).open()
    assert len(caught.value.problems) == 2


def test_optional_nodes_may_be_missing(plant: PlantServer, opened: Open) -> None:
    plant.do("reset", nodes=_changed(hp_P_el=None))
    rows = MAP.replace("unit,scale", "unit,scale,optional").replace("hp.P_el,,", "hp.P_el,,,true")
    backend = opened(plant.url, rows)
    assert backend.health().missing == ("hp.P_el",)
    assert backend.link().trouble == "1 nodes are missing"


def test_ranges_that_differ_are_worth_a_look(plant: PlantServer, opened: Open) -> None:
    plant.do("reset", nodes=_changed(hp_u={"range": [0.0, 0.8]}))
    (note,) = opened(plant.url).health().notes
    assert str(note) == "hts.csv:2: hp.u: the server's range 0 to 0.8 1, the point's is 0 to 1"


def test_shadows_need_no_right_to_write(plant: PlantServer, opened: Open) -> None:
    plant.do("reset", nodes=_changed(hp_u={"writable": False}))
    assert opened(plant.url, writes=False).link().state is LinkState.OPEN


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"endpoint": "opc.tcp://me:word@plc:4840"}, "pattern"),
        ({"user": {"name_env": "A", "password_env": "B"}}, "a password goes over"),
        ({"retries": {"first": "9 s", "longest": "1 s"}}, "below"),
        ({"verify": "9 s"}, "at most `timeout`"),
        ({"stale_age": "1 ms"}, "every value would be stale"),
        ({"sampling": 1}, "needs a unit"),
        ({"node": "a"}, "Extra inputs"),
    ],
)
def test_declarations_that_cannot_be_meant(more: dict[str, Any], words: str) -> None:
    said = {"endpoint": "opc.tcp://plc:4840", "nodes": "hts.csv", **more}
    with pytest.raises(ValidationError, match=words):
        OpcuaConfiguration.model_validate(said)
