"""Whatever is done to a site file's text, the answer is a site or problems with places."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rami.core.errors import ConfigurationError
from twins.site import load_site

_JUNK = (
    "", "~", "yes", "[]", "{}", "[1, {a: 1}]", "-3", "1e999", ".nan", "4 MW", "0 s", "5e-324 s",
    "1e308 d", "&a x", "*a", "<<: {a: 1}", "!!set {a}", "2019-01-01", "\t", "\x00", "é", "- - a",
    "? a", "hts", "iess.hnht", "circuit", "kind", "none", "border", "junction", "exchange",
    "{kind: fmu, variables: {hp.u: {name: a}}}", "[{from: a.b, to: hs.top, device: hp}]", "x" * 500,
)  # fmt: skip
_PIECE = re.compile(r"\w+|\s+|\W")


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """A few edits of lines and words: gone, repeated, moved, replaced, re-indented."""
    lines = text.splitlines()
    some = st.integers(0, len(lines) - 1)
    for _ in range(draw(st.integers(1, 5))):
        here, there = draw(some) % len(lines), draw(some) % len(lines)
        match draw(st.integers(0, 5)):
            case 0:
                del lines[here]
            case 1:
                lines.insert(here, lines[there])
            case 2:
                lines[here] = " " * draw(st.integers(0, 9)) + lines[here].lstrip()
            case 3:
                key = lines[here].partition(":")[0]
                lines[here] = f"{key}: {draw(st.sampled_from(_JUNK))}"
            case 4:
                pieces = _PIECE.findall(lines[here]) or [""]
                place = draw(st.integers(0, len(pieces) - 1))
                pieces[place] = draw(st.sampled_from(_JUNK) | st.text(max_size=3))
                lines[here] = "".join(pieces)
            case 5:
                lines[here], lines[there] = lines[there], lines[here]
        if not lines:
            lines = [""]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "site.yaml"


@settings(max_examples=400)
@given(data=st.data())
def test_no_text_gives_anything_but_problems(
    data: st.DataObject, scratch: Path, reference_site_file: Path
) -> None:
    text = data.draw(mutations(reference_site_file.read_text(encoding="utf-8")))
    scratch.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_site(scratch)
    except ConfigurationError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.where.startswith(str(scratch)), str(problem)
            assert problem.what
            assert "\n" not in str(problem)


@settings(max_examples=150)
@given(
    raw=st.binary(max_size=60) | st.text(max_size=60).map(lambda t: t.encode("utf-8", "replace"))
)
def test_no_bytes_give_anything_but_problems(raw: bytes, scratch: Path) -> None:
    scratch.write_bytes(raw)
    with pytest.raises(ConfigurationError):
        load_site(scratch)
