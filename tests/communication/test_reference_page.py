"""The page tells the tables of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from rami.communication.information_model import RIGHTS, Access, ObjectTypeNode, Person, Right
from rami.communication.information_model import standard as ua
from rami.communication.information_model.base_types import COMPONENT_TYPE
from rami.communication.information_model.groups import Group
from rami.communication.information_model.methods import METHODS
from rami.communication.information_model.references import REFERENCE_TYPES
from rami.communication.information_model.type_set import type_set


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs/reference/opcua.md").read_text(encoding="utf-8")


def test_every_row_of_the_matrix(page: str) -> None:
    for access in Access:
        cells = []
        for person in Person:
            held = [str(r.name).lower() for r in Right if r in RIGHTS[person, access]]
            cells.append(", ".join(held) or "–")
        assert f"\n| {access.value} | {' | '.join(cells)} |\n" in page


def test_every_method_reference_and_group(page: str) -> None:
    for method in METHODS:
        names = ", ".join(i.argument.name for i in method.inputs) or "–"
        assert f"\n| `{method.name}` | {method.owner} | {names}" in page
    for at, (inverse, _) in REFERENCE_TYPES.items():
        assert f"\n| `{at.identifier}` | `{inverse}` |" in page
    for group in Group:
        assert f"\n| {group.value} | " in page


def test_every_type_that_is_no_kind_and_no_event(page: str) -> None:
    nodes = type_set()
    kinds = set(nodes.targets(COMPONENT_TYPE, ua.HAS_SUBTYPE))
    for node in nodes.of(ObjectTypeNode):
        if node.id not in kinds and not node.name.text.endswith("EventType"):
            assert f"`{node.name.text}`" in page
