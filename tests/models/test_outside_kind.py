"""A kind from outside brings its equation file; what it forgets is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import pytest

from models import assemble
from models.build import key
from rami.asset.component import Component, Face
from rami.asset.topology import TwinTopology
from rami.core.errors import ModelError
from rami.core.points import Point
from tests.models.solar_field import SolarField
from tests.models.wired import Bench, border, pump, twin


def with_field(field: Component) -> TwinTopology:
    parts = {"net": border(40, 40), "p": pump(10)}
    topology = twin(parts, ["net.take > field.in by p", "field.out > net.give"])
    return replace(topology, components={**topology.components, "field": field})


def test_it_runs_and_its_energy_is_metered() -> None:
    bench = Bench(with_field(SolarField(power="1 MW"))).run(3600, p__u=1, field__sun=0.5)
    assert bench["field.P"] == 500
    assert bench["field.T_out"] == pytest.approx(40 + 500 / 41.9)
    assert bench["field.E_sun"] == pytest.approx(-500)
    assert any(b.carrier == "sun" for b in bench.model.boundaries)


def test_its_file_is_part_of_the_cache_key() -> None:
    assert key(with_field(SolarField(power="1 MW"))) != key(with_field(SolarField(power="2 MW")))


class Forgetful(SolarField):
    def points(self) -> tuple[Point, ...]:
        return (*super().points(), Point("T_glass", "temperature"))


class Homeless(SolarField):
    face_files: ClassVar[Mapping[Face, str]] = {Face.MODEL: "tests.models.nowhere"}


class Empty(SolarField):
    face_files: ClassVar[Mapping[Face, str]] = {Face.MODEL: "tests.models.wired"}


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Forgetful, r"point field\.T_glass of kind 'solar_field' is declared and not in its"),
        (Homeless, "'solar_field' has no equation file tests.models.nowhere; add one"),
        (Empty, r"wired\.py defines no `equations\(part, data\)`"),
    ],
)
def test_what_is_missing_is_said(kind: type[SolarField], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        assemble(with_field(kind(power="1 MW")))
