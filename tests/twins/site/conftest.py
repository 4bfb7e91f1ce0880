"""Site files made from the reference site by changing its text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError, Problem
from twins.site import load_site

#: text of the reference site -> text in its place (the first occurrence)
Changes = dict[str, str]
#: (old, new, path, words)
Told = Callable[[str, str, str, str], None]


@pytest.fixture
def changed(reference_site_file: Path, tmp_path: Path) -> Callable[[Changes], Path]:
    """Writes the reference site with some of its text changed."""

    def write(changes: Changes) -> Path:
        text = reference_site_file.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text, f"the reference site has no {old!r}"
            text = text.replace(old, new, 1)
        file = tmp_path / "site.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def problems(changed: Callable[[Changes], Path]) -> Callable[[Changes], list[Problem]]:
    """The problems of a changed reference site."""

    def found(changes: Changes) -> list[Problem]:
        with pytest.raises(ConfigurationError) as caught:
            load_site(changed(changes))
        return list(caught.value.problems)

    return found


@pytest.fixture
def told(problems: Callable[[Changes], list[Problem]]) -> Told:
    """Checks that a change is told: `path` in the place, `words` in the problem (`a|b`: either)."""

    def check(old: str, new: str, path: str, words: str) -> None:
        found = problems({old: new})
        assert any(
            any(word in str(p) for word in words.split("|"))
            and any(part in p.where for part in path.split("|"))
            for p in found
        ), [str(p) for p in found]
        assert all(p.where.count(":") >= 2 for p in found), "every problem has line and column"

    return check


def line_of(file: Path, text: str) -> int:
    """Number of the first line that holds a text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
