"""HTML in small pieces: escaped text, numbers, tables, figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from services.report.charts.figure import Figure

NONE = "–"
_NUMBER = re.compile(r"^[−+]?[\d,]+(\.\d+)?( ?%| ?[kM]?Wh| ?K)?$|^–$")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Cell = str | Markup


def text(value: object) -> Markup:
    """Anything as escaped text."""
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def tag(name: str, *inside: object, **attributes: str) -> Markup:
    """An element; `class_` writes class, a trailing underscore is dropped."""
    said = "".join(
        f' {k.rstrip("_").replace("_", "-")}="{escape(v)}"' for k, v in attributes.items()
    )
    return Markup(f"<{name}{said}>{''.join(text(i) for i in inside)}</{name}>")


def number(value: float | None, decimals: int = 0, signed: bool = False) -> str:
    """`−1,234.5`, and a dash for what does not exist."""
    if value is None or value != value:
        return NONE
    shown = f"{value:{'+' if signed else ''},.{decimals}f}"
    if float(shown.replace(",", "")) == 0:
        shown = shown.lstrip("+-")
    return shown.replace("-", "−")


def percent(share: float | None, decimals: int = 1) -> str:
    """A share as per cent."""
    return NONE if share is None else f"{number(100 * share, decimals)} %"


def table(
    caption: str, head: Sequence[Cell], rows: Iterable[Sequence[Cell]], class_: str = ""
) -> Markup:
    """A table with its caption above; columns that are numbers stand right."""
    listed = [list(row) for row in rows]
    header = tag("tr", *(_heading(cell, [r[i] for r in listed]) for i, cell in enumerate(head)))
    body = [tag("tr", *(_cell(cell) for cell in row)) for row in listed]
    content = tag(
        "table",
        tag("thead", header),
        tag("tbody", *body),
        **({"class_": class_} if class_ else {}),
    )
    return captioned(caption, content)


def captioned(caption: str, content: Markup) -> Markup:
    """A table under its caption; wide tables scroll, captions do not."""
    return tag(
        "div",
        tag("p", caption, class_="caption"),
        tag("div", content, class_="scroll"),
        class_="table",
    )


def _heading(cell: Cell, column: list[Cell]) -> Markup:
    numeric = column and all(_NUMBER.match(c) for c in column)
    return tag("th", cell, scope="col", **({"class_": "n"} if numeric else {}))


def _cell(cell: Cell) -> Markup:
    return tag("td", cell, class_="n") if _NUMBER.match(cell) else tag("td", cell)


def figure(drawn: Figure, prefix: str = "") -> Markup:
    """The place where the script draws a figure, under its title and over its caption."""
    name = f"{prefix}{drawn.name}"
    return tag(
        "figure",
        tag("h4", drawn.title),
        tag("div", class_="plot", data_figure=name, style=f"height:{drawn.height}px"),
        tag("figcaption", drawn.caption),
        id=name,
    )


def joined(pieces: Iterable[Markup]) -> Markup:
    """Pieces one after the other."""
    return Markup("\n".join(pieces))
