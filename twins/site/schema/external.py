"""One entry of the section `external`: a source and what is taken from it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from rami.information.external.settings import ExternalSettings
from twins.site.registry import sources
from twins.site.schema.union import OneOf


class External(ExternalSettings):
    """A further source of the registry `rami.sources`."""

    source: Annotated[BaseModel, OneOf(sources)] = Field(description="where it comes from")
