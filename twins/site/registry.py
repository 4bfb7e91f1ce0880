"""What a site file may name by `kind:` besides components: backends, sources, stores, strategies.

Their configuration classes come from entry points (`rami.backends`, `rami.sources`,
`rami.stores`, `rami.strategies`, `rami.services`); such a class imports no library, so that
reading a site file loads no solver and no protocol stack.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pydantic import BaseModel

from rami.core.plugins import found
from rami.functional.strategy.settings import StrategySettings

_GROUPS = ("rami.backends", "rami.sources", "rami.stores", "rami.strategies", "rami.services")


@cache
def backends() -> Mapping[str, type[BaseModel]]:
    """Configuration classes of what may stand behind a twin."""
    return _classes("rami.backends")


@cache
def models() -> Mapping[str, type[BaseModel]]:
    """Of the backends those that are stepped in simulation."""
    return MappingProxyType({w: c for w, c in backends().items() if w not in plants()})


@cache
def plants() -> Mapping[str, type[BaseModel]]:
    """Of the backends those of running plants: they have `open_live`."""
    return MappingProxyType({w: c for w, c in backends().items() if hasattr(c, "open_live")})


@cache
def sources() -> Mapping[str, type[BaseModel]]:
    """Configuration classes of where external data may come from."""
    return _classes("rami.sources")


@cache
def stores() -> Mapping[str, type[BaseModel]]:
    """Configuration classes of where a historian may keep its rows."""
    return _classes("rami.stores")


@cache
def strategies() -> Mapping[str, type[BaseModel]]:
    """Settings classes of what may make plans; ours is the MILP."""
    return MappingProxyType({"milp": StrategySettings, **_classes("rami.strategies")})


@cache
def services() -> Mapping[str, type[BaseModel]]:
    """Configuration classes of services of owners."""
    return _classes("rami.services")


def unloadable(word: str) -> str:
    """Why a word that is installed cannot be used; empty when it is not installed."""
    for group in _GROUPS:
        if word in _load(group)[1]:
            return f"{word} is installed, but does not load: {_load(group)[1][word]}"
    return ""


def _classes(group: str) -> Mapping[str, type[BaseModel]]:
    return MappingProxyType(_load(group)[0])


@cache
def _load(group: str) -> tuple[dict[str, type[BaseModel]], dict[str, str]]:
    classes: dict[str, type[BaseModel]] = {}
    reasons: dict[str, str] = {}

    for word, load in found(group).items():
        try:
            loaded = load()
        except (ImportError, AttributeError) as error:
            reasons[word] = str(error)
            continue
        if isinstance(loaded, type) and issubclass(loaded, BaseModel):
            classes[word] = loaded
        else:
            reasons[word] = f"{loaded!r} is not a pydantic model"
    return classes, reasons
