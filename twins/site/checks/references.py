"""Every name that points at a network, a line or a component points at one that fits."""

from __future__ import annotations

from typing import get_args

from rami.asset.kinds import kinds
from rami.asset.network import Network
from rami.asset.reference import Refers, references
from rami.core.wording import did_you_mean
from twins.site.checks.case import Case, children
from twins.site.node import Path

_NETWORK_KINDS = get_args(Network.model_fields["kind"].annotation)


def check_references(case: Case) -> frozenset[Path]:
    """Checks the text as written, so that a fault elsewhere in a component hides nothing.

    Returns the paths of the components with a reference that leads nowhere.
    """
    dangling = set()
    for twin, node in children(case.root, "twins"):
        for name, component in children(node, "components"):
            kind = kinds().get(case.names[twin].components[name])
            if kind is None or not isinstance(component.value, dict):
                continue
            for field, mark in references(kind).items():
                written = component.value.get(field)
                if written is None or not isinstance(written.value, str):
                    continue
                path: Path = ("twins", twin, "components", name, field)
                look = _component if mark.to == "component" else _network
                if not look(case, path, twin, written.value, mark):
                    dangling.add(path[:4])
    return frozenset(dangling)


def _component(case: Case, path: Path, twin: str, text: str, mark: Refers) -> bool:
    names = case.names[twin].components
    wanted = [n for n, kind in names.items() if kind in mark.kinds]
    if text in wanted or (text in names and not names[text]):
        return True
    what = f"no {' or '.join(mark.kinds)} {text!r} in {twin}"
    if text in names:
        what = f"{text!r} is a {names[text]}, not a {' or '.join(mark.kinds)}"
    case.faults.add(path, what, hint=did_you_mean(text, wanted) or "declare one")
    return False


def _network(case: Case, path: Path, twin: str, text: str, mark: Refers) -> bool:
    if text in mark.carriers:
        return True
    reference = text
    if mark.to == "line":
        reference, _, line = text.rpartition(".")
        if line not in mark.lines:
            lines = [f"{net}.{word}" for net in case.names[twin].networks for word in mark.lines]
            what = f"{text!r} names no {' or '.join(mark.lines)} line of a network"
            case.faults.add(path, what, hint=did_you_mean(text, lines))
            return False
    own = case.names[twin].networks
    other = {
        f"{t}.{n}": kind
        for t, names in case.names.items()
        for n, kind in names.networks.items()
        if t != twin
    }
    local = reference.removeprefix(f"{twin}.")
    options = {
        "own": [*own, *mark.carriers],
        "other": [*other],
        "any": [*own, *other],
    }[mark.reach]
    kind = own.get(local) if local in own else other.get(reference)
    if kind is None:
        hint = did_you_mean(reference, options) or "declare one"
        case.faults.add(path, f"no network {reference!r}", hint=hint)
        return False
    if mark.reach == "own" and local not in own:
        what = f"{reference!r} belongs to another twin"
        case.faults.add(path, what, wanted=f"a network of {twin}", hint=did_you_mean(local, own))
        return False
    if mark.reach == "other" and local in own:
        what = f"{reference!r} is {twin}'s own network"
        case.faults.add(
            path, what, wanted="one of another twin", hint=did_you_mean(reference, options)
        )
        return False
    if mark.kinds and kind in _NETWORK_KINDS and kind not in mark.kinds:
        what = f"{reference!r} is a {kind} network"
        case.faults.add(path, what, wanted=f"a {' or '.join(mark.kinds)} network")
    return True
