"""What pydantic found wrong, in the words of someone who writes a site file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pydantic_core import ErrorDetails

from rami.core.units import allowed, parse, quantities_of
from rami.core.wording import did_you_mean
from rami.core.written import NAME
from twins.site.faults import Faults
from twins.site.node import Node, Path
from twins.site.outline import allowed_at, words_at
from twins.site.registry import unloadable

_SHAPES = {
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "path_type": "the name of a file",
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def explain(errors: Iterable[ErrorDetails], root: Node, faults: Faults) -> None:
    """Add one fault for each of pydantic's errors, none for what only follows from another."""
    listed = list(errors)
    for error in listed:
        loc: Path = error["loc"]
        if error["type"] == "too_short" and _faulty_below(loc, listed):
            continue  # pydantic counts only the entries that are right
        tell = _TOLD.get(error["type"], _other)
        tell(error, loc, root, faults)


def _faulty_below(loc: Path, errors: Iterable[ErrorDetails]) -> bool:
    return any(len(e["loc"]) > len(loc) and e["loc"][: len(loc)] == loc for e in errors)


def _missing(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> None:
    about = allowed_at(loc).get("description", "").partition("\n")[0].rstrip(".")
    what = f"key {loc[-1]!r} is missing"
    faults.add(loc[:-1], f"{what}: {about}" if about else what)


def _unknown_key(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> None:
    *_, parent = root.at(loc[:-1])
    known = words_at(loc[:-1])
    present = set(parent.value) if isinstance(parent.value, dict) else set()
    hint = did_you_mean(str(loc[-1]), [word for word in known if word not in present])
    hint = hint or f"keys here: {', '.join(known)}"
    faults.add(loc, f"unknown key {loc[-1]!r}", hint=hint, at_key=True)


def _unknown_kind(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> None:
    context = error["ctx"]
    words = [w.strip(" '") for w in context["expected_tags"].split(", ")]
    word = str(context["tag"])
    hint = unloadable(word) or did_you_mean(word, words)
    got = root.at((*loc, "kind"))[2].shape
    faults.add((*loc, "kind"), f"unknown kind: {got}", hint=hint)


def _no_kind(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> None:
    words = ", ".join(allowed_at(loc).get("discriminator", {}).get("mapping", {}))
    faults.add(loc, "key 'kind' is missing", wanted=f"one of {words}" if words else "")


def _not_listed(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> None:
    words = [w.strip(" '") for w in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
    got = root.at(loc)[2].shape
    hint = did_you_mean(str(error["input"]), words) if len(words) > 1 else ""
    hint = hint if hint.startswith("did") else ""
    faults.add(loc, f"{got} is not known here", wanted=" or ".join(words), hint=hint)


def _bound(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> None:
    words, key = _BOUNDS[error["type"]]
    node = root.at(loc)[2]
    limit = f"{error['ctx'][key]:g}"
    faults.add(
        loc, f"{node.shape} is out of range", wanted=f"{words} {limit} {_unit(node)}".strip()
    )


def _unit(node: Node) -> str:
    """The canonical unit in which a written quantity's bounds are stated."""
    unit = node.text.split()[-1] if node.text.split() else ""
    for quantity in quantities_of(unit):
        parse(node.text, quantity)
        return "" if quantity == "share" else allowed(quantity)[0]
    return ""


def _pattern(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> None:
    at_key = loc[-1] == "[key]"
    if at_key:
        loc = loc[:-1]
    name = error["ctx"]["pattern"] == NAME
    words = "lower-case letters, digits and underscores, a letter first, at most 48"
    faults.add(
        loc,
        f"{error['input']!r} is no name" if name else f"{error['input']!r} has the wrong form",
        wanted=words if name else f"the form {error['ctx']['pattern']}",
        at_key=at_key,
    )


def _empty(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> None:
    wanted = allowed_at(loc).get("description", "")
    context = error.get("ctx", {})
    least = context.get("min_length", 1)
    faults.add(loc, f"has {context.get('actual_length', 0)} entries, wanted {least}", wanted=wanted)


def _other(error: ErrorDetails, loc: Path, root: Node, faults: Faults) -> None:
    shape = _SHAPES.get(error["type"])
    if shape:
        faults.add(loc, f"wanted {shape}, got {root.at(loc)[2].shape[:60]}")
        return
    node = root.at(loc)[2]
    allowed_here = allowed_at(loc)
    if not isinstance(node.value, str | int | float) and "string" in str(allowed_here.get("type")):
        about = allowed_here.get("description", "text")
        faults.add(loc, f"wanted one value ({about}), got {node.shape}")
        return
    what, _, hint = error["msg"].removeprefix("Value error, ").partition("; did you mean ")
    what = what.partition("; allowed: ")[0]
    faults.add(loc, what, hint=f"did you mean {hint}" if hint else "")


_Teller = Callable[[ErrorDetails, Path, Node, Faults], None]
_TOLD: Mapping[str, _Teller] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": _no_kind,
    "literal_error": _not_listed,
    "string_pattern_mismatch": _pattern,
    "too_short": _empty,
    **dict.fromkeys(_BOUNDS, _bound),
}
