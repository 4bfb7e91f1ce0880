"""Roles: in whose name an input is set. The first ones win."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """By priority, the highest first."""

    SAFETY = "safety"
    MANUAL = "manual"
    TECHNICAL = "technical"
    STRATEGY = "strategy"
    EXTERNAL = "external"

    @property
    def rank(self) -> int:
        """0 for the highest priority."""
        return RANKS[self]


ROLES = tuple(Role)
RANKS = {role: rank for rank, role in enumerate(ROLES)}
#: roles from here on depend on measurements; those above look for themselves
FIRST_AUTOMATIC = RANKS[Role.TECHNICAL]
