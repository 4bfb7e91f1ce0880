"""The shape of the files: short, one idea each, and nothing of the machine they were made on."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

from tests.house.source import PACKAGES, package_files, tracked

_MACHINE = re.compile(r"(?<![\w.])/(?:work|farm|root|home|Users)/[a-z]")


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_long(repository: Path) -> None:
    sources = tracked(repository, "*.py", "*.c", "*.h")
    long = {str(p.relative_to(repository)): n for p in sources if (n := _lines(p)) > 300}
    assert not long


def test_most_files_are_short(repository: Path) -> None:
    sizes = [_lines(path) for path in package_files(repository) if path.name != "__init__.py"]
    assert median(sizes) < 120


def test_every_package_folder_is_a_package(repository: Path) -> None:
    folders = {path.parent.relative_to(repository) for path in package_files(repository)}
    assert {str(folder) for folder in folders} >= set(PACKAGES)
    bare = [str(f) for f in folders if not (repository / f / "__init__.py").exists()]
    assert not bare, f"folders without __init__.py escape the import rules: {bare}"


def test_no_machine_paths(repository: Path) -> None:
    places = []
    for path in tracked(repository):
        if path == Path(__file__) or path.suffix in {".png", ".fmu", ".gz"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if _MACHINE.search(line):
                places.append(f"{path.relative_to(repository)}:{number}: {line.strip()}")
    assert not places, "\n".join(places)
