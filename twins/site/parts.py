"""The parts of a declaration that hold by themselves, so that one fault does not hide another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from rami.business.tariffs import Business
from rami.functional.strategy.settings import StrategySettings
from rami.information.quality.settings import QualitySettings
from twins.site.node import Path, Plain
from twins.site.schema import SiteDeclaration
from twins.site.schema.clock import Clock
from twins.site.schema.study import Study
from twins.site.schema.twin import TwinDeclaration

#: how often a section is tried again with one more part taken out
_ROUNDS = 200


@dataclass(frozen=True)
class Parts:
    """Sections that fit the schema; `taken_out` are the paths of what did not."""

    twins: Mapping[str, TwinDeclaration] = field(default_factory=dict)
    clock: Clock | None = None
    data: BaseModel | None = None
    strategy: StrategySettings | None = None
    business: Business | None = None
    study: Study | None = None
    quality: QualitySettings | None = None
    taken_out: frozenset[Path] = frozenset()

    @classmethod
    def of(cls, site: SiteDeclaration) -> Parts:
        """All of a declaration that fits."""
        return cls(
            site.twins,
            site.clock,
            site.data,
            site.strategy,
            site.business,
            site.study,
            site.quality,
        )

    @classmethod
    def left_of(cls, plain: Plain) -> Parts:
        """What is left of one that does not fit."""
        if not isinstance(plain, dict):
            plain = {}
        taken_out: set[Path] = set()
        sections: dict[str, Any] = {}
        for name in ("twins", "clock", "data", "strategy", "business", "study"):
            if name in plain:
                sections[name] = _fitting(name, plain[name], taken_out)
            else:
                taken_out.add((name,))
        if "quality" in plain:
            sections["quality"] = _fitting("quality", plain["quality"], taken_out)
        sections["twins"] = sections.get("twins") or {}
        return cls(**sections, taken_out=frozenset(taken_out))

    def without(self, components: frozenset[Path]) -> Parts:
        """These parts with some components (`twins`, twin, `components`, name) taken out too."""
        twins = {
            twin: declared.model_copy(
                update={
                    "components": {
                        name: component
                        for name, component in declared.components.items()
                        if ("twins", twin, "components", name) not in components
                    }
                }
            )
            for twin, declared in self.twins.items()
        }
        return replace(self, twins=twins, taken_out=self.taken_out | components)

    def whole(self, twin: str) -> bool:
        """Whether nothing of a twin was taken out."""
        return not any(gone[:2] in (("twins",), ("twins", twin)) for gone in self.taken_out)

    def lacks(self, path: Path) -> bool:
        """Whether what stands at a path was taken out."""
        return path in self.taken_out


def _fitting(section: str, value: Plain, taken_out: set[Path]) -> object:
    """The section without what does not fit: the innermost key first, then what lacks it."""
    info = SiteDeclaration.model_fields[section]
    annotation: Any = info.annotation
    for mark in info.metadata:
        annotation = Annotated[annotation, mark]
    adapter: TypeAdapter[object] = TypeAdapter(annotation)
    for _ in range(_ROUNDS):
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            loc = first["loc"][:-1] if first["type"] == "missing" else first["loc"]
            part = _keys(value, loc)
            taken_out.add((section, *part))
            if not part:
                return None
            value = _without(value, part)
    taken_out.add((section,))
    return None


def _keys(value: Plain, loc: Path) -> tuple[str, ...]:
    """The keys along a path, up to the first list; tags of unions are no keys."""
    keys: list[str] = []
    for step in loc:
        if not isinstance(value, dict):
            break
        if str(step) in value:
            keys.append(str(step))
            value = value[str(step)]
    return tuple(keys)


def _without(value: Plain, keys: tuple[str, ...]) -> Plain:
    if not isinstance(value, dict):
        return None
    rest = {k: v for k, v in value.items() if k != keys[0]}
    if len(keys) > 1:
        rest[keys[0]] = _without(value[keys[0]], keys[1:])
    return rest
