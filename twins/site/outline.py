"""The schema as plain data: what is allowed at a place of the file, for hints and for editors."""

from __future__ import annotations

from functools import cache
from typing import Any

from twins.site.node import Step
from twins.site.schema import SiteDeclaration

Schema = dict[str, Any]


@cache
def json_schema() -> Schema:
    """JSON Schema (draft 2020-12) of a site file, for editors."""
    schema = SiteDeclaration.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "site.yaml of rami-twins",
    }


def allowed_at(path: tuple[Step, ...]) -> Schema:
    """What the schema says at a path as pydantic gives it (with the tags of unions in it)."""
    here = _followed(json_schema())
    for step in path:
        if "discriminator" in here:
            mapping = here["discriminator"]["mapping"]
            if step in mapping:
                here = _followed({"$ref": mapping[step]})
            continue
        here = _followed(_below(here, step))
    return here


def words_at(path: tuple[Step, ...]) -> list[str]:
    """The keys a mapping at this path may have."""
    return sorted(allowed_at(path).get("properties", {}))


def _below(here: Schema, step: Step) -> Schema:
    if isinstance(step, int):
        ordered = here.get("prefixItems", [])
        found = ordered[step] if step < len(ordered) else here.get("items")
    else:
        found = here.get("properties", {}).get(step)
        if found is None:
            free = here.get("additionalProperties")
            found = next(iter(here.get("patternProperties", {}).values()), free)
    return found if isinstance(found, dict) else {}


def _followed(schema: Schema) -> Schema:
    """References resolved; of a choice between something and nothing, the something."""
    while True:
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = {**json_schema()["$defs"][name], **_without(schema, "$ref")}
        elif "anyOf" in schema:
            some = [s for s in schema["anyOf"] if s.get("type") != "null"]
            if len(some) != 1:
                return schema
            schema = {**some[0], **_without(schema, "anyOf")}
        elif "allOf" in schema and len(schema["allOf"]) == 1:
            schema = {**schema["allOf"][0], **_without(schema, "allOf")}
        else:
            return schema


def _without(schema: Schema, key: str) -> Schema:
    return {k: v for k, v in schema.items() if k != key}
