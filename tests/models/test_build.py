"""The cache and the compiler: found again, never half-written, told apart."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from models import build_all, build_fmu, compiler, package
from models.build import key
from rami.asset.topology import TwinTopology
from rami.core.errors import ConfigurationError, ModelError
from tests.models.wired import border, pump, twin


def small(flow: float = 10) -> TwinTopology:
    tank = {"kind": "junction", "water": "1 t", "start": "50 degC"}
    parts = {"net": border(90, 60), "a": tank, "p": pump(flow)}
    return twin(parts, ["net.take > a.at by p", "a.at > net.give"])


def test_what_has_not_changed_is_not_built_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build_fmu(small(), tmp_path)
    monkeypatch.setattr(package, "compile_library", pytest.fail)
    assert build_fmu(small(), tmp_path) == first


def _flipped(fmu: bytes) -> bytes:
    place = len(fmu) // 2
    return fmu[:place] + bytes([fmu[place] ^ 0x10]) + fmu[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [lambda fmu: b"", lambda fmu: fmu[: len(fmu) // 2], _flipped],
    ids=["emptied", "cut", "flipped"],
)
def test_a_damaged_fmu_is_built_again(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    fmu = build_fmu(small(), tmp_path)
    good = fmu.read_bytes()
    fmu.write_bytes(damage(good))
    assert build_fmu(small(), tmp_path).read_bytes() == good


def test_the_key_follows_declaration_and_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = key(small())
    assert plain == key(small())
    assert plain != key(small(flow=11))
    monkeypatch.setattr(compiler, "FLAGS", (*compiler.FLAGS, "-O3"))
    assert plain != key(small())


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    here = build_fmu(small(), tmp_path / "here")
    script = (
        "import sys; from pathlib import Path; from models import build_fmu;"
        "from tests.models.test_build import small; build_fmu(small(), Path(sys.argv[1]))"
    )
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "there")],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "77"},
        check=True,
    )
    there = tmp_path / "there" / here.name
    assert here.read_bytes() == there.read_bytes()


def test_sources_and_headers_are_inside(tmp_path: Path) -> None:
    with ZipFile(build_fmu(small(), tmp_path)) as fmu:
        names = set(fmu.namelist())
        (tmp_path / "again").mkdir()
        for name in names:
            if name.startswith("sources/"):
                (tmp_path / "again" / Path(name).name).write_bytes(fmu.read(name))
    assert {"sources/fmi2.c", "sources/rodas3.h", "sources/model.h"} <= names
    assert "sources/fmi2Functions.h" in names
    folder = tmp_path / "again"
    compiler.compile_library(folder / "fmi2.c", [folder], tmp_path / "again.so")


def test_several_twins_report_as_they_are_ready(tmp_path: Path) -> None:
    told: list[str] = []
    built = build_all([small()], tmp_path, told.append)
    assert told == list(built) == ["bench"]
    assert built["bench"].is_file()
    assert build_all([], tmp_path) == {}


def broken_compiler(folder: Path) -> str:
    script = folder / "broken"
    script.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo broken 1.0 && exit 0\n'
        "echo 'fmi2.c:7:1: error: no room for floating point' >&2\nexit 4\n"
    )
    script.chmod(0o755)
    return str(script)


def test_a_failing_compiler_shows_its_message_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", broken_compiler(tmp_path))
    cache = tmp_path / "cache"
    with pytest.raises(ModelError, match=r"(?s)exit code 4.*no room for floating point.*\$CC"):
        build_fmu(small(), cache)
    assert list(cache.iterdir()) == []


def test_one_failing_twin_among_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", broken_compiler(tmp_path))
    with pytest.raises(ModelError, match="no room for floating point"):
        build_all([small()], tmp_path / "cache")


def test_a_long_message_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "chatty"
    script.write_text("#!/bin/sh\nfor i in $(seq 100); do echo line $i >&2; done\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("CC", str(script))
    with pytest.raises(ModelError) as caught:
        build_fmu(small(), tmp_path / "cache")
    assert "line 1\n" in str(caught.value)
    assert len(str(caught.value).splitlines()) < 20


def test_no_compiler_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(ModelError, match=r"no-such-compiler not found.*apt-get install gcc"):
        build_fmu(small(), tmp_path)
    monkeypatch.delenv("CC")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ModelError, match="cc and gcc are not found"):
        build_fmu(small(), tmp_path)


def test_a_compiler_that_is_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "gcc '")
    with pytest.raises(ModelError, match=r"\$CC is no command: .*No closing quotation"):
        build_fmu(small(), tmp_path)


def test_a_cache_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for cache in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ConfigurationError, match=r"no folder for FMUs: .*\$RAMI_CACHE"):
            build_fmu(small(), cache)


def test_the_compiler_may_come_with_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "cc -pipe")
    assert build_fmu(small(), tmp_path).is_file()


def test_reading_the_cache_loads_no_sympy(tmp_path: Path) -> None:
    built = build_fmu(small(), tmp_path)
    (tmp_path / "topology").write_bytes(pickle.dumps(small()))
    script = (
        "import pickle, sys; from pathlib import Path; from models import build_fmu;"
        "folder = Path(sys.argv[1]);"
        "print(build_fmu(pickle.loads((folder / 'topology').read_bytes()), folder));"
        "assert 'sympy' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(built)
