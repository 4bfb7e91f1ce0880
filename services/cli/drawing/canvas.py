"""SVG by hand: a list of elements and a few shapes."""

from __future__ import annotations

from html import escape

_FONT = "font-family:'Helvetica Neue',Arial,'Liberation Sans',sans-serif"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


class Canvas:
    """Elements in the order they are painted; y grows downwards."""

    def __init__(self) -> None:
        self._elements: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> None:
        """A straight line with round ends."""
        self._elements.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{colour}" '
            f'stroke-width="{_n(width)}" stroke-linecap="round"/>'
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str,
        edge: str,
        radius: float = 6,
        title: str = "",
    ) -> None:
        """A rectangle with round corners; `title` shows when the pointer rests on it."""
        tip = f"<title>{escape(title)}</title>" if title else ""
        self._elements.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" '
            f'rx="{_n(radius)}" fill="{fill}" stroke="{edge}" stroke-width="1.2">{tip}</rect>'
        )

    def circle(
        self, x: float, y: float, radius: float, fill: str, edge: str, tip: str = ""
    ) -> None:
        """A disc."""
        title = f"<title>{escape(tip)}</title>" if tip else ""
        self._elements.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}" stroke="{edge}" '
            f'stroke-width="1.5">{title}</circle>'
        )

    def polygon(
        self, points: list[tuple[float, float]], fill: str, edge: str, tip: str = ""
    ) -> None:
        """A closed outline."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        title = f"<title>{escape(tip)}</title>" if tip else ""
        self._elements.append(
            f'<polygon points="{path}" fill="{fill}" stroke="{edge}" stroke-width="1.2" '
            f'stroke-linejoin="round">{title}</polygon>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12,
        colour: str = "#1f2933",
        anchor: str = "middle",
        bold: bool = False,
    ) -> None:
        """A line of text; `anchor` is start, middle or end."""
        weight = ' font-weight="600"' if bold else ""
        self._elements.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{colour}" '
            f'text-anchor="{anchor}"{weight}>{escape(text)}</text>'
        )

    def gradient(self, name: str, stops: list[tuple[float, str]], vertical: bool) -> str:
        """A fill that runs through colours; returns what to fill with."""
        marks = "".join(f'<stop offset="{_n(o * 100)}%" stop-color="{c}"/>' for o, c in stops)
        end = 'x2="0" y2="1"' if vertical else 'x2="1" y2="0"'
        self._elements.append(
            f'<defs><linearGradient id="{name}" x1="0" y1="0" {end}>{marks}</linearGradient></defs>'
        )
        return f"url(#{name})"

    def svg(self, width: float, height: float, title: str) -> str:
        """The whole document."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}" height="{_n(height)}" '
            f'viewBox="0 0 {_n(width)} {_n(height)}" role="img" style="{_FONT}">'
            f"<title>{escape(title)}</title>"
        )
        return "\n".join([head, *self._elements, "</svg>"]) + "\n"
