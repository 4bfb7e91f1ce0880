"""A site's twin graph for the eye: a tree of text, and a drawing of its pipes."""

from services.cli.drawing.picture import draw
from services.cli.drawing.tree import tree

__all__ = ["draw", "tree"]
