"""The document: the file that is shipped, what it requires, any text in it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from rami.asset.kinds import kinds
from rami.communication.information_model import TYPES
from rami.communication.information_model.type_set import types_of
from rami.communication.nodeset2 import nodeset2
from rami.communication.nodeset2.element import Element
from tests.communication.sites import all_types, reference_model

_BASE = "{http://opcfoundation.org/UA/2011/03/UANodeSet.xsd}"


def test_the_shipped_types_are_those_of_the_code(repository: Path) -> None:
    """After a change: `rami opcua export --types --out docs/reference/rami.types.NodeSet2.xml`,
    and where it is more than words, a new `type_set.VERSION` with its date."""
    ours = {name: k for name, k in kinds().items() if k.__module__.startswith("rami.asset.")}
    shipped = (repository / "docs/reference/rami.types.NodeSet2.xml").read_text(encoding="utf-8")
    assert nodeset2(types_of(ours)) == shipped


def test_a_kind_from_outside_leaves_our_types_as_they_are() -> None:
    own = types_of(kinds())
    ours = [n for n in all_types().nodes.values() if n.id.namespace == TYPES]
    assert ours == [n for n in own.nodes.values() if n.id.namespace == TYPES]
    root = ElementTree.fromstring(nodeset2(all_types()))
    models = {m.attrib["ModelUri"]: list(m) for m in root.iter(f"{_BASE}Model")}
    assert list(models) == [TYPES, f"{TYPES}:solar_field"]


def test_a_site_requires_the_types_it_is_made_of() -> None:
    root = ElementTree.fromstring(nodeset2(reference_model().nodes, all_types().namespaces))
    (model,) = root.iter(f"{_BASE}Model")
    required = [r.attrib["ModelUri"] for r in model]
    assert required == ["http://opcfoundation.org/UA/", TYPES]
    assert [u.text for u in root.iter(f"{_BASE}Uri")] == ["urn:rami-twins:site:drawn", TYPES]


@pytest.mark.parametrize("text", ["a < b & c > d", 'q"uote', "tab\tline\nreturn\r", "ü °C", "\x01"])
def test_any_text_survives(text: str) -> None:
    element = Element("a", {"b": text}, text)
    parsed = ElementTree.fromstring("\n".join(element.lines()))
    wanted = text.replace("\x01", "\ufffd")
    assert parsed.text == wanted
    assert parsed.attrib["b"] == wanted
