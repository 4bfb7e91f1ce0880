"""The pattern of the operator Like (Part 4, 7.7.3, table 129)."""

from __future__ import annotations

from collections.abc import Callable

Fits = Callable[[str], bool]


def like(pattern: str) -> Callable[[str], bool]:
    """Whether a text fits: `%` is any text, `_` one character, `[ab]`, `[a-f]`, `[^a]` one of a
    list, a backslash makes the next one literal. Takes at most as many steps as the product of
    both lengths. ValueError for a list without an end."""
    parts = _parts(pattern)

    def fits(text: str) -> bool:
        at = part = 0
        star, seen = -1, 0
        while at < len(text):
            wanted = parts[part] if part < len(parts) else None
            if part < len(parts) and wanted is None:
                star, seen = part, at
                part += 1
            elif wanted is not None and wanted(text[at]):
                at, part = at + 1, part + 1
            elif star >= 0:
                seen += 1
                at, part = seen, star + 1
            else:
                return False
        return all(wanted is None for wanted in parts[part:])

    return fits


def _parts(pattern: str) -> list[Fits | None]:
    """One test a character; None stands for any text."""
    found: list[Fits | None] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "%":
            found.append(None)
        elif sign == "_":
            found.append(lambda _: True)
        elif sign == "[":
            end = pattern.find("]", at + 2)
            if end < 0:
                raise ValueError("a list without an end")
            found.append(_listed(pattern[at + 1 : end]))
            at = end
        else:
            if sign == "\\" and at + 1 < len(pattern):
                at += 1
            found.append(pattern[at].__eq__)
        at += 1
    return found


def _listed(text: str) -> Fits:
    inverse = text.startswith("^")
    text = text.removeprefix("^")
    single, ranges, at = set(), [], 0
    while at < len(text):
        if at + 2 < len(text) and text[at + 1] == "-":
            ranges.append((text[at], text[at + 2]))
            at += 3
        else:
            single.add(text[at])
            at += 1

    def fits(character: str) -> bool:
        inside = character in single or any(a <= character <= b for a, b in ranges)
        return inside is not inverse

    return fits
