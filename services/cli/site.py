"""Which site a command works on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import services

if TYPE_CHECKING:
    from twins.site import Site


def reference_site() -> Path:
    """The reference site's file: in the wheel beside this package, else in the work tree."""
    package = Path(services.__file__).parent
    shipped = package / "reference_site" / "site.yaml"
    if shipped.is_file():
        return shipped
    return package.parent / "examples" / "reference" / "site.yaml"


def opened(file: Path | None) -> Site:
    """The site in a file, or the reference site. Raises ConfigurationError."""
    from twins.site import load_site

    return load_site(shortest(file or reference_site()))


def shortest(file: Path) -> Path:
    """Relative to the working folder where it lies below it."""
    try:
        return file.relative_to(Path.cwd())
    except (ValueError, OSError):
        return file
