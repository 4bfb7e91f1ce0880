"""What the reference page of the site file must say of every key, read off the schema."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from rami.asset.kinds import kinds
from rami.asset.reference import Refers
from rami.core import units
from rami.core.quantity import Quantity
from twins.site.registry import backends, services, sources, stores, strategies
from twins.site.schema import SiteDeclaration
from twins.site.schema.union import OneOf

#: kinds that the wiring makes and no file declares
MADE = ("exchange",)
#: key, what it takes, default
Row = tuple[str, str, str]


def sections() -> dict[str, type[BaseModel]]:
    """Heading of the page -> the class whose keys it lists, classes within classes too."""
    found: dict[str, type[BaseModel]] = {"site": SiteDeclaration}
    for table in (kinds(), backends(), sources(), stores(), strategies(), services()):
        found |= {word: model for word, model in table.items() if word not in MADE}
    queue = list(found.values())
    while queue:
        for inner in _inner(queue.pop(0)):
            if inner not in found.values():
                found[_heading(inner)] = inner
                queue.append(inner)
    return found


def _heading(model: type[BaseModel]) -> str:
    """`design_point` for DesignPoint, `twin` for TwinDeclaration."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__.removesuffix("Declaration"))
    return words.lower()


def _inner(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        if not any(isinstance(mark, OneOf) for mark in field.metadata):
            yield from _models(field.annotation)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is Annotated:
        if not any(isinstance(mark, OneOf) for mark in annotation.__metadata__):
            yield from _models(get_args(annotation)[0])
    else:
        for part in get_args(annotation):
            yield from _models(part)


def rows(model: type[BaseModel], headings: Mapping[type[BaseModel], str]) -> list[Row]:
    """The keys of a class in their order."""
    return [
        (field.alias or name, _wanted(field.annotation, field.metadata, headings), _default(field))
        for name, field in model.model_fields.items()
        if name not in ("level", "life_cycle")
    ]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "–"
    if field.default_factory is not None:
        return "by default"
    value = field.default
    if value is PydanticUndefined or value is None or value == ():
        return "none"
    quantity = next((m.name for m in field.metadata if isinstance(m, Quantity)), None)
    if quantity == "time":
        sizes = ((86400 * 2, 86400, "d"), (3600, 3600, "h"), (60, 60, "min"), (0, 1, "s"))
        size, unit = next((s, u) for least, s, u in sizes if value >= least)
        return f"{value / size:g} {unit}"
    if quantity and quantity != "share":
        return f"{value:g} {units.allowed(quantity)[0]}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value) or "empty"


def _wanted(annotation: Any, marks: list[Any], headings: Mapping[type[BaseModel], str]) -> str:
    for mark in marks:
        if isinstance(mark, Quantity):
            return mark.name.replace("_", " ")
        if isinstance(mark, Refers):
            return _reference(mark)
        if isinstance(mark, OneOf):
            words = [word for word in mark.registry() if word not in MADE]
            return "one of " + ", ".join(f"[{word}](#{word})" for word in words)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _wanted(parts[0], list(annotation.__metadata__), headings)
    if origin is Literal:
        return " or ".join(f"`{word}`" for word in parts)
    if origin in (Union, types.UnionType):
        some = [part for part in parts if part is not type(None)]
        return " or ".join(_wanted(part, [], headings) for part in some)
    if origin is tuple:
        kinds_ = [p for p in parts if p is not Ellipsis]
        count = "list of" if Ellipsis in parts else f"{len(kinds_)} of"
        return f"{count} {_wanted(kinds_[0], [], headings)}"
    if origin is list:
        return f"list of {_wanted(parts[0], [], headings)}"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"name: {_wanted(parts[1], [], headings)}"
    return _plain(annotation, headings)


def _plain(annotation: Any, headings: Mapping[type[BaseModel], str]) -> str:
    if annotation in headings:
        heading = headings[annotation]
        return f"[{heading}](#{heading})"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{member.value}`" for member in annotation)
    words = {
        str: "text",
        bool: "`true` or `false`",
        int: "whole number",
        float: "number",
        Path: "file",
        datetime: "instant",
        date: "date",
    }
    return words.get(annotation, str(annotation))


def _reference(mark: Refers) -> str:
    kind = "/".join(mark.kinds).replace("_", " ")
    where = {"own": "of the twin", "other": "of another twin", "any": "of any twin"}[mark.reach]
    if mark.to == "component":
        return f"a {kind} {where}"
    what = f"{kind} network".strip()
    if mark.to == "line":
        what = f"{'/'.join(mark.lines)} line of a {what}"
    carriers = "".join(f" or `{carrier}`" for carrier in mark.carriers)
    return f"{what} {where}{carriers}"
