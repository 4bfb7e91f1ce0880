"""What runs checks beside our own: SaQC, where a site asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rami.information.quality.assess import Besides, Engine
    from rami.information.quality.rule import Rule


def engines(rules: Iterable[Rule]) -> Mapping[str, Engine]:
    """The engines that rules name. Raises ConfigurationError when a package is missing."""
    if not any(rule.engine == "saqc" for rule in rules):
        return {}
    from adapters.quality.saqc.engine import equivalent_checks

    return {"saqc": equivalent_checks}


def besides(configuration: Path | None) -> Besides | None:
    """The user's own SaQC configuration; None without one. Raises as `engines` does."""
    if configuration is None:
        return None
    from adapters.quality.saqc.configured import Configured

    return Configured(configuration).marks
