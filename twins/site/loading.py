"""From a file to a site, or to all that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from rami.core.errors import ConfigurationError
from twins.site.checks import Case, check_declared, check_wired
from twins.site.faults import Faults
from twins.site.node import Node
from twins.site.parts import Parts
from twins.site.reading import parse
from twins.site.schema import SiteDeclaration
from twins.site.site import Site
from twins.site.text import Unreadable, read_text

#: a slip can hide others below it, but not more than a site file is deep
_READINGS = 20


def load_site(path: Path | str) -> Site:
    """Read, check and wire a site file.

    Raises ConfigurationError with every problem, in the order of the lines, each with
    `file:line:column: path`.
    """
    file = Path(path)
    try:
        root, early = parse(read_text(file))
    except Unreadable as error:
        raise ConfigurationError([error.problem(str(file))]) from None
    faults = Faults(str(file), root)
    for mark, what, hint in early:
        faults.add_at(mark, what, hint)
    declaration = _declaration(root, faults, file.parent)
    parts = Parts.of(declaration) if declaration else Parts.left_of(root.plain())
    case = Case(root, parts, faults)
    left_out = check_declared(case)
    topology = check_wired(case, declaration.site if declaration else "", left_out)
    if faults or declaration is None or topology is None:
        raise faults.error()
    return Site(file, declaration, topology, faults.warnings, faults)


def _declaration(root: Node, faults: Faults, folder: Path) -> SiteDeclaration | None:
    """The declaration; where it does not fit the schema, all the reasons go to `faults`."""
    context = {"folder": folder}
    try:
        return SiteDeclaration.model_validate(root.plain(), context=context)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    from twins.site.explain import explain  # builds the schema as data, for hints
    from twins.site.mending import mend

    for _ in range(_READINGS):
        if not mend(errors, root, faults):
            break
        try:
            SiteDeclaration.model_validate(root.plain(), context=context)
            return None
        except ValidationError as error:
            errors = error.errors(include_url=False)
    explain(errors, root, faults)
    return None
