"""Small made-up utilities whose services run in threads."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.utility.loading import Utility, load_utility
from services.utility.synthetic.files import Made, generate
from services.utility.synthetic.meters import FaultShares
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "examples" / "utilities" / "operation"

Make = Callable[..., tuple[Utility, Made]]


def in_threads(file: Path) -> None:
    """Services of the tests' own are trusted: no process to start for each."""
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"owner: utility", "owner: utility, apart: thread", text), "utf-8")


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A utility of the examples with data; `edit` changes its file's text before it is read,
    `district` stands in place of the example's."""
    monkeypatch.setattr("os.fsync", lambda _handle: None)

    def made(
        name: str, days: int = 1, customers: int = 150, faults: bool = True,
        edit: Callable[[str], str] = str, folder: str = "town",
        district: dict[str, Any] | None = None,
    ) -> tuple[Utility, Made]:  # fmt: skip
        source = tmp_path / f"{folder}.yaml"
        text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
        text = text.replace("district: ../", f"district: {FOLDER.parent}/")
        if district is not None:
            own = tmp_path / f"{folder}-district.yaml"
            own.write_text(yaml.safe_dump(district, sort_keys=False), encoding="utf-8")
            text = re.sub(r"(?m)^district:.*$", f"district: {own}", text)
        source.write_text(edit(text), encoding="utf-8")
        shares = FaultShares() if faults else FaultShares.none()
        found = generate(load_utility(source), tmp_path / folder, days, customers, shares)
        in_threads(found.file)
        return load_utility(found.file), found

    return made
