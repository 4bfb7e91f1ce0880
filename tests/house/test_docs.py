"""The documentation runs: python blocks are executed, `rami` commands are called, links lead on.

The blocks of a page run in order in a folder that holds a copy of `examples`. In a `console` block
lines after `$ ` are commands; a `sh` block is only checked for commands and options that exist. A
`yaml` block, laid over the reference site, must give a site.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.house.source import tracked

_FENCE = re.compile(r"^```([\w-]+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
#: files that pages name, of which the header counts
_MAPS = {
    "registers.csv": "point,table,address",
    "columns.csv": "point,column",
    "nodes.csv": "point,node",
    "ours.pem": "",
    "ours_key.pem": "",
    "plc.pem": "",
    "experiment.csv": "time",
}
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]


def _blocks(page: Path, *languages: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [body for language, body in _FENCE.findall(text) if language in languages]


def _links(page: Path) -> list[str]:
    return _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def _name(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def _with(*languages: str) -> list[Path]:
    return [page for page in PAGES if _blocks(page, *languages)]


@pytest.fixture
def playground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the examples in it, as a reader would have it."""
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(command: list[str]) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert ran.returncode == 0, f"{command[-1]}\n{ran.stdout}\n{ran.stderr}"


#: pages whose commands take minutes on a busy machine: `.ci/run` and `make soak` run them
_LONG = ("first-study", "foreign-fmu", "results", "customers-meters", "history", "utility")


def _long_ones_apart(pages: Iterable[Path]) -> list[Any]:
    return [pytest.param(p, marks=pytest.mark.soak) if p.stem in _LONG else p for p in pages]


@pytest.mark.parametrize("page", _long_ones_apart(_with("python", "console")), ids=_name)
def test_page_runs(page: Path, playground: Path) -> None:
    for language, body in _FENCE.findall(page.read_text(encoding="utf-8")):
        if language == "python":
            _run([sys.executable, "-c", body])
        elif language == "console":
            for line in body.splitlines():
                if line.startswith("$ "):
                    _run(["bash", "-c", line.removeprefix("$ ")])


def _overlaid(base: Any, change: Any) -> Any:
    """`change` laid over `base`; null deletes, another `kind` replaces."""
    if not isinstance(base, dict) or not isinstance(change, dict):
        return change
    if change.get("kind", base.get("kind")) != base.get("kind"):
        return change
    merged = {k: v for k, v in base.items() if k not in change or change[k] is not None}
    for key, value in change.items():
        if value is not None:
            merged[key] = _overlaid(base.get(key), value)
    return merged


@pytest.mark.parametrize("page", _with("yaml"), ids=_name)
def test_fragments_give_sites(
    page: Path, playground: Path, reference_site_declaration: dict[str, Any]
) -> None:
    from twins.site import load_site

    (playground / "models").mkdir()
    for name in ("loads.csv", "prices.csv", "weather.csv", "mosmix.csv", "models/district.fmu"):
        (playground / name).touch()
    for name, header in _MAPS.items():
        (playground / name).write_text(f"{header}\n", encoding="utf-8")
    for fragment in _blocks(page, "yaml"):
        declared = _overlaid(reference_site_declaration, yaml.safe_load(fragment))
        file = playground / "site.yaml"
        file.write_text(json.dumps(declared, default=_instant), encoding="utf-8")
        load_site(file)


def _instant(value: datetime) -> str:
    return value.isoformat()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    assert not [t for t in _links(page) if not (page.parent / t).exists()]


def _commands(page: Path) -> Iterator[list[str]]:
    """Words of each command in the page's shell blocks, continued lines joined."""
    for block in _blocks(page, "sh", "console"):
        for line in block.replace("\\\n", " ").splitlines():
            words = line.removeprefix("$ ").partition("#")[0].split()
            if words:
                yield words


@pytest.mark.parametrize("page", _with("sh", "console"), ids=_name)
def test_commands_exist(page: Path) -> None:
    import typer

    from services.cli import app

    targets = re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    for words in _commands(page):
        if words[0] == "make":
            assert {w for w in words[1:] if "=" not in w} <= set(targets), words
        if words[0] != "rami":
            continue
        command = typer.main.get_command(app)
        rest = words[1:]
        while rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest.pop(0)]  # type: ignore[attr-defined]
        assert not getattr(command, "commands", {}) or not rest or rest[0] == "--help", words
        options = {option for p in command.params for option in p.opts} | {"--help"}
        asked = {w.partition("=")[0] for w in rest if w.startswith("-")}
        assert asked <= options, f"{' '.join(words)}: no option {sorted(asked - options)}"


def test_every_page_is_reached_from_the_index() -> None:
    pages = set(tracked(REPOSITORY, "docs/*.md"))
    reached: set[Path] = set()
    queue = [REPOSITORY / "docs" / "index.md"]
    while queue:
        page = queue.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        queue += [(page.parent / link).resolve() for link in _links(page)]
    assert {_name(p) for p in pages - reached} == set()


def _walk(command: Any, path: list[str]) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    if not children:
        yield " ".join(path), command
    for name, child in children.items():
        yield from _walk(child, [*path, name])


def test_the_command_page_names_every_command_and_option() -> None:
    import typer

    from services.cli import app

    page = (REPOSITORY / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for name, command in _walk(typer.main.get_command(app), ["rami"]):
        begins = (f"| `{name}`", f"| `{name} ")
        rows = [line for line in page.splitlines() if line.startswith(begins)]
        assert len(rows) == 1, f"{name}: wanted one row in the table of commands"
        options = {o for p in command.params for o in p.opts if o.startswith("--")} - {"--help"}
        assert not {o for o in options if o not in rows[0]}, name
