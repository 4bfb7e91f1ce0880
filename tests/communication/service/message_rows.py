"""What the page of messages must say of every kind, read off its class."""

from __future__ import annotations

from rami.communication.service.payload import PAYLOADS, Grid, Payload


def tables() -> dict[str, list[str]]:
    """Heading -> rows `| field | type | required |` in their order."""
    found = {f"{kind}/{model.version}": _rows(model) for kind, model in PAYLOADS.items()}
    return found | {"grid": _rows(Grid)}


def _rows(model: type[Payload] | type[Grid]) -> list[str]:
    schema = model.model_json_schema()
    parts = schema.get("$defs", {})
    wanted = schema.get("required", [])
    return [
        f"| `{name}` | {_words(one, parts)} | {'yes' if name in wanted else 'no'} |"
        for name, one in schema["properties"].items()
    ]


def _words(one: dict[str, object], parts: dict[str, object]) -> str:
    if "$ref" in one:
        return str(one["$ref"]).rpartition("/")[2].lower()
    if "anyOf" in one:
        return " or ".join(_words(part, parts) for part in one["anyOf"])  # type: ignore[attr-defined]
    if "enum" in one:
        return ", ".join(f"`{word}`" for word in one["enum"])  # type: ignore[attr-defined]
    kind = one.get("type", "any")
    if kind == "array":
        if "prefixItems" in one:
            return "[" + ", ".join(_words(p, parts) for p in one["prefixItems"]) + "]"  # type: ignore[attr-defined]
        return f"list of {_words(one['items'], parts)}"  # type: ignore[arg-type]
    if kind == "object":
        values = one.get("additionalProperties") or next(
            iter(one.get("patternProperties", {}).values()),
            {},  # type: ignore[attr-defined]
        )
        return f"name: {_words(values, parts)}"
    return "instant" if "instant" in str(one.get("description", "")) else str(kind)
