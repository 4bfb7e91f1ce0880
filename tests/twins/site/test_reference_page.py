"""The reference page says of every key what the schema says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rami.core import units
from tests.twins.site.reference_rows import Row, rows, sections

_ROW = re.compile(r"^\| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "reference" / "site.md").read_text(encoding="utf-8")


def _written(page: str) -> dict[str, list[tuple[str, str, str, str]]]:
    tables = {}
    for part in page.split("\n### ")[1:]:
        heading, _, body = part.partition("\n")
        found = [(key.strip("`"), takes, default, why) for key, takes, default, why in
                 _ROW.findall(body) if key.startswith("`")]  # fmt: skip
        tables[heading] = found
    return tables


def _schema() -> dict[str, list[Row]]:
    classes = sections()
    headings = {model: name for name, model in classes.items()}
    return {name: rows(model, headings) for name, model in classes.items()}


def test_every_class_has_a_section(page: str) -> None:
    assert sorted(_written(page)) == sorted(_schema())


@pytest.mark.parametrize("heading", sorted(sections()))
def test_every_key_is_there_with_what_it_takes(heading: str, page: str) -> None:
    written = [row[:3] for row in _written(page)[heading]]
    wanted = _schema()[heading]
    lacking = [f"| `{k}` | {t} | {d} | ... |" for k, t, d in wanted if (k, t, d) not in written]
    assert not lacking, "docs/reference/site.md lacks\n" + "\n".join(lacking)
    assert written == wanted


def test_every_key_is_explained(page: str) -> None:
    for heading, table in _written(page).items():
        for key, _, _, meaning in table:
            assert len(meaning) > 2, f"{heading}.{key}"


def test_quantities_and_their_units(page: str) -> None:
    table = dict(re.findall(r"^\| ([a-z ]+) \| ([^|]+) \|$", page, re.MULTILINE))
    for quantity in units.CANONICAL:
        if quantity in ("money", "emission"):
            continue
        assert table[quantity.replace("_", " ")] == ", ".join(units.allowed(quantity))
