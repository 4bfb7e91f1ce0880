"""Packages beyond those that are always installed: who needs which, and whether it is there."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Package:
    """`module` is imported, `extra` of this project installs it."""

    module: str
    extra: str

    @property
    def there(self) -> bool:
        """Whether it can be found; it is not imported."""
        try:
            return find_spec(self.module) is not None
        except (ImportError, ValueError):
            return False

    @property
    def installation(self) -> str:
        """What installs it."""
        return f"pip install 'rami-twins[{self.extra}]'"
