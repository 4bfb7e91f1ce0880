from __future__ import annotations

from pathlib import Path

import pytest

from rami.core.errors import ConfigurationError
from twins.site import load_site
from twins.site.reading import DEEPEST, parse
from twins.site.text import LARGEST_FILE, Unreadable, read_text


def test_words_of_yaml_1_1_stay_text() -> None:
    root, flaws = parse("a: yes\nb: no\nc: on\nd: OFF\ne: 010\nf: 1:30\ng: 2019-01-14\n")
    assert root.plain() == {
        "a": "yes",
        "b": "no",
        "c": "on",
        "d": "OFF",
        "e": 10,
        "f": "1:30",
        "g": "2019-01-14",
    }
    assert not flaws


def test_values_are_what_they_look_like() -> None:
    root, _ = parse(
        "a: true\nb: False\nc: 3\nd: -2.5\ne: 1e3\nf: ~\ng:\nh: '3'\ni: .nan\nj: \"no\""
    )
    assert root.plain() == {
        "a": True,
        "b": False,
        "c": 3,
        "d": -2.5,
        "e": 1000.0,
        "f": None,
        "g": None,
        "h": "3",
        "i": ".nan",
        "j": "no",
    }


def test_every_duplicate_key_is_told_with_both_places() -> None:
    _, flaws = parse("a: 1\nb: {c: 1, c: 2}\na: 2\n")
    assert [(str(mark), what) for mark, what, _ in flaws] == [
        ("2:11", "key 'c' is given twice"),
        ("3:1", "key 'a' is given twice"),
    ]
    assert "line 1" in flaws[1][2]


def test_anchors_aliases_and_merges() -> None:
    root, flaws = parse("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: [*x, *x]\n")
    assert root.plain() == {
        "x": {"a": 1, "b": 2},
        "y": {"b": 3, "a": 1},
        "z": [{"a": 1, "b": 2}, {"a": 1, "b": 2}],
    }
    assert not flaws


def test_tags_are_told() -> None:
    _, flaws = parse("a: !!python/object:os.system x\n")
    assert "no meaning" in flaws[0][1]


_BOMB = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("", "is empty", None),
        ("# only a comment\n", "is empty", None),
        ("---\n", "is empty", None),
        ("- a\n- b\n", "wanted a mapping", 1),
        ("just words\n", "wanted a mapping", 1),
        ("a: 1\n---\nb: 2\n", "second document", 2),
        ("a:\n\tb: 1\n", "not valid YAML", 2),
        ("a: [1, 2\nb: 3\n", "not valid YAML", 2),
        ("a: 'open\n", "not valid YAML", 2),
        ("a: *nowhere\n", "no anchor", 1),
        ("a: &a [*a]\n", "within its own anchor", 1),
        ("? [1]\n: 2\n", "must be a word", 1),
        ("a: 1\n<<: 3\n", "takes a mapping", 2),
        ("a: \x07\n", "no text has", 1),
        ("[" * 100_000, "nested more than", 1),
        ("- " * 50_000, "nested more than", 1),
        ("{a: " * (DEEPEST + 1), "nested more than", 1),
        (_BOMB, "by its aliases", 6),
    ],
)
def test_unreadable_text_is_one_problem_with_its_place(
    text: str, words: str, line: int | None
) -> None:
    with pytest.raises(Unreadable, match=words) as caught:
        parse(text)
    mark = caught.value.mark
    assert (mark.line if mark else None) == line


def test_a_tab_gets_its_own_hint() -> None:
    with pytest.raises(Unreadable) as caught:
        parse("a:\n\tb: 1\n")
    assert "spaces, not with tabs" in caught.value.hint


def _problem(file: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_site(file)
    (problem,) = caught.value.problems
    assert str(file) in problem.where
    return str(problem)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "No such file" in _problem(tmp_path / "nowhere.yaml")


def test_a_folder(tmp_path: Path) -> None:
    assert "is a directory" in _problem(tmp_path)


def test_binary(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(b"version: 1\n\xff\xfe\x00\x01")
    assert f"{file}:2:1" in _problem(file)


def test_something_huge(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_bytes(b"#" * (LARGEST_FILE + 1))
    assert "larger than" in _problem(file)


def test_a_name_no_file_can_have() -> None:
    for name in ("x" * 5000, "a\0b"):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            load_site(name)


def test_byte_order_mark_and_carriage_returns(tmp_path: Path, reference_site_file: Path) -> None:
    file = tmp_path / "site.yaml"
    text = reference_site_file.read_text(encoding="utf-8").replace("\n", "\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_text(file).startswith("#")
    assert load_site(file).hash == load_site(reference_site_file).hash
