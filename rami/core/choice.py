"""A choice between classes by the word after `kind:`, filled from a registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class OneOf:
    """Marks a field that holds one of a registry's classes, discriminated on `kind`.

    The registry is asked when the schema is built, not when the module is imported.
    """

    def __init__(self, registry: Callable[[], Mapping[str, type[BaseModel]]]) -> None:
        self.registry = registry

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Called by pydantic."""
        choices = {word: handler.generate_schema(model) for word, model in self.registry().items()}
        return core_schema.tagged_union_schema(choices, discriminator="kind")
