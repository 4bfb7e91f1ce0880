"""Rows of a map from points to places in a plant, CSV or YAML, each with its `file:line`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem
from rami.core.wording import did_you_mean


@dataclass(frozen=True)
class MapForm:
    """What a map may hold: `keys` beside `point`, of which `needed` stand in a CSV's header.

    `short` is the key that a YAML entry of one word stands for.
    """

    what: str
    keys: Sequence[str]
    needed: Sequence[str]
    short: str | None = None


@dataclass
class MapRows:
    """(place, words by key) of each row, and what is wrong with the file."""

    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_rows(path: Path, shown: str, form: MapForm) -> MapRows:
    """All rows; `shown` is the file's name in places such as `maps/hts.csv:3`.

    Raises ConfigurationError when there is nothing to be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise ConfigurationError([Problem(shown, f"cannot be read: {what}")]) from error
    ending = path.suffix.lower()
    if ending == ".csv":
        return _csv(text, shown, form)
    if ending in (".yaml", ".yml"):
        return _yaml(text, shown, form)
    raise ConfigurationError([Problem(shown, f"{form.what} is .csv or .yaml, got {ending!r}")])


def _csv(text: str, shown: str, form: MapForm) -> MapRows:
    found = MapRows()
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            words = [cell.strip() for cell in cells]
            where = f"{shown}:{reader.line_num}"
            if not any(words) or words[0].startswith("#"):
                continue
            if not header:
                header = words
                found.problems += _header(header, where, form)
                if found.problems:
                    break
            elif len(words) > len(header):
                what = f"{len(words)} cells under {len(header)} columns"
                hint = "put a cell that holds the separator in quotes"
                found.problems.append(Problem(where, what, hint))
            else:
                pairs = zip(header, words, strict=False)
                found.rows.append((where, {key: word for key, word in pairs if word}))
    except csv.Error as error:
        found.problems.append(Problem(f"{shown}:{reader.line_num}", f"is no CSV: {error}"))
    if not header:
        wanted = f"wanted the columns point, {', '.join(form.needed)}"
        found.problems.append(Problem(shown, "holds no rows", wanted))
    return found


def _header(header: list[str], where: str, form: MapForm) -> list[Problem]:
    known = ("point", *form.keys)
    problems = [
        Problem(where, f"no column {word!r} in {form.what}", did_you_mean(word, known))
        for word in header
        if word not in known
    ]
    if len(set(header)) < len(header):
        problems.append(Problem(where, "a column is given twice"))
    lacking = [word for word in ("point", *form.needed) if word not in header]
    if lacking:
        problems.append(Problem(where, f"lacks the column {', '.join(lacking)}"))
    return problems


def _yaml(text: str, shown: str, form: MapForm) -> MapRows:
    import yaml

    found = MapRows()
    try:
        root = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{shown}:{mark.line + 1}" if mark else shown
        what = getattr(error, "problem", None) or str(error)
        found.problems.append(Problem(where, f"is not valid YAML: {what}"))
        return found
    if not isinstance(root, yaml.MappingNode):
        example = ", ".join(f"{key}: ..." for key in form.needed)
        hint = f"hp.P_el: {{{example}}}"
        found.problems.append(Problem(shown, f"wanted {form.what} by point", hint))
        return found
    for key, value in root.value:
        where = f"{shown}:{key.start_mark.line + 1}"
        row = {"point": str(key.value)}
        if isinstance(value, yaml.ScalarNode) and form.short is not None:
            row[form.short] = value.value
        elif isinstance(value, yaml.MappingNode):
            row |= _entries(value, found, shown, form)
        else:
            found.problems.append(Problem(where, f"{key.value}: wanted keys and values"))
            continue
        found.rows.append((where, {k: w for k, w in row.items() if w not in ("", "null", "~")}))
    return found


def _entries(mapping: object, found: MapRows, shown: str, form: MapForm) -> dict[str, str]:
    import yaml

    assert isinstance(mapping, yaml.MappingNode)
    words: dict[str, str] = {}
    for key, value in mapping.value:
        where = f"{shown}:{key.start_mark.line + 1}"
        if key.value not in form.keys:
            hint = did_you_mean(str(key.value), form.keys)
            found.problems.append(Problem(where, f"no key {key.value!r} in {form.what}", hint))
        elif key.value in words:
            found.problems.append(Problem(where, f"key {key.value!r} is given twice"))
        elif not isinstance(value, yaml.ScalarNode):
            found.problems.append(Problem(where, f"{key.value}: wanted a single value"))
        else:
            words[key.value] = value.value
    return words
