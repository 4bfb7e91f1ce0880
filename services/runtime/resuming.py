"""Whether a run may go on from a checkpoint: the same clock, a site that means the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rami.core.errors import DataError, RunError

#: what the site of a run means, beside its checkpoints
DECLARED_FILE = "declared.json"
#: changes that are named
_MOST = 5


def check_same(
    file: Path, plain: Mapping[str, Any], kind: str, site_hash: str, changed: Sequence[str] = ()
) -> None:
    """DataError where the checkpoint `file`, which says `plain`, is of a run with another kind of
    clock, or of a site that means something else; `changed` are the differences in words."""
    if plain["clock"] != kind:
        raise DataError(f"{file} is of a run in {plain['clock']} time, this one is in {kind}")
    if plain["site"] != site_hash:
        what = "; ".join(changed[:_MOST]) or f"{plain['site'][:12]}, this one is {site_hash[:12]}"
        more = f"; and {len(changed) - _MOST} more" if len(changed) > _MOST else ""
        raise DataError(
            f"{file} belongs to another site file: {what}{more}; put the old one back, or run "
            "anew in another folder"
        )


def keep_declared(folder: Path, meant: Mapping[str, Any]) -> None:
    """Keep what a run's site means, for `changes`; RunError."""
    file = folder / DECLARED_FILE
    try:
        file.write_text(json.dumps(meant, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise RunError(f"cannot write {file}: {error.strerror or error}") from None


def changes(folder: Path, meant: Mapping[str, Any]) -> list[str]:
    """What a site means otherwise than when the run of a folder began: `path: before, now
    after`. None where that was not kept."""
    try:
        before = json.loads((folder / DECLARED_FILE).read_bytes())
    except (OSError, ValueError):
        return []
    return list(_differences("", before, json.loads(json.dumps(meant))))


def _differences(path: str, before: Any, now: Any) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(before.keys() | now.keys()):
            below = f"{path}.{key}" if path else key
            yield from _differences(below, before.get(key), now.get(key))
    elif before != now:
        yield f"{path}: was {_short(before)}, now {_short(now)}"


def _short(value: Any) -> str:
    text = "not there" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
