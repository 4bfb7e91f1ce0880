"""One kind, one name: every kind has every face it declares, and no face it does not declare."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from rami.asset.component import Component, Face
from rami.asset.kinds import kind_name, kinds

HOMES = {
    Face.MODEL: "models",
    Face.STRATEGY: "rami.functional.strategy",
    Face.TECHNICAL: "rami.functional.technical",
}


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def disagreements(kind: type[Component]) -> list[str]:
    """What a kind declares and lacks, or has and does not declare."""
    name = kind_name(kind)
    found = {face for face, home in HOMES.items() if _exists(f"{home}.{name}")}
    missing = [f"{HOMES[f]}.{name} is declared and missing" for f in kind.faces - found]
    surplus = [f"{HOMES[f]}.{name} exists and is not declared" for f in found - kind.faces]
    return sorted(missing + surplus)


def test_every_kind_has_exactly_the_faces_it_declares() -> None:
    wrong = [line for kind in kinds().values() for line in disagreements(kind)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_kind_stands_in_the_file_of_its_name(name: str) -> None:
    assert kinds()[name].__module__ == f"rami.asset.{name}"


def test_a_declared_face_without_a_file_is_noticed() -> None:
    class Kiln(Component):
        faces = frozenset({Face.MODEL})
        kind: str = "kiln"

    assert disagreements(Kiln) == ["models.kiln is declared and missing"]


def test_an_undeclared_face_is_noticed() -> None:
    class Boiler(Component):
        faces = frozenset()
        kind: str = "boiler"

    assert "models.boiler exists and is not declared" in disagreements(Boiler)
