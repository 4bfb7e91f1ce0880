"""Small signs on a pipe: arrow, pump, valve, joint."""

from __future__ import annotations

from services.cli.drawing.canvas import Canvas
from services.cli.drawing.colours import INK, PAPER


def arrow(canvas: Canvas, x: float, y: float, down: bool, colour: str) -> None:
    """A head whose tip is at (x, y)."""
    back = -9 if down else 9
    canvas.polygon([(x, y), (x - 4.5, y + back), (x + 4.5, y + back)], colour, colour)


def pump(canvas: Canvas, x: float, y: float, down: bool, tip: str) -> None:
    """A circle with a triangle that points along the flow."""
    canvas.circle(x, y, 9.5, PAPER, INK, tip)
    way = 1 if down else -1
    points = [(x, y + 7.5 * way), (x - 6.5, y - 4.5 * way), (x + 6.5, y - 4.5 * way)]
    canvas.polygon(points, INK, INK, tip)


def valve(canvas: Canvas, x: float, y: float, tip: str) -> None:
    """Two triangles that meet."""
    canvas.polygon([(x - 7, y - 9), (x + 7, y - 9), (x, y)], PAPER, INK, tip)
    canvas.polygon([(x - 7, y + 9), (x + 7, y + 9), (x, y)], PAPER, INK, tip)


def joint(canvas: Canvas, x: float, y: float, colour: str) -> None:
    """Where a pipe meets a line."""
    canvas.circle(x, y, 4, colour, colour)
