"""The equation file of a component kind: ours by name, a stranger's as the kind says."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rami.asset.component import Component, Face
from rami.asset.kinds import kind_name
from rami.core.errors import ModelError

#: `equations(part, data)` of an equation file
Equations = Callable[[Any, Any], None]


def equation_file(kind: type[Component]) -> tuple[str, Path]:
    """Module name and file with the equations of a kind; imports nothing but its package.

    `models.<kind>`, or what the kind names in `face_files` under `Face.MODEL`. ModelError
    when there is none.
    """
    word = kind_name(kind)
    name = kind.face_files.get(Face.MODEL, f"models.{word}")
    try:
        found = find_spec(name)
    except ModuleNotFoundError:
        found = None
    if found is None or found.origin is None:
        raise ModelError(
            f"kind {word!r} has no equation file {name}; add one with "
            f"`equations(part, data)`, or name it in the kind's face_files"
        )
    return name, Path(found.origin)


def equations_of(kind: type[Component]) -> Equations:
    """The function that writes a component's equations; ModelError when there is none."""
    name, path = equation_file(kind)
    found: Equations | None = getattr(import_module(name), "equations", None)
    if found is None:
        raise ModelError(f"{path} defines no `equations(part, data)`")
    return found
