"""Which site a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import services
from rami.core.errors import ConfigurationError, DataError, ModelError
from services.cli.output import note

if TYPE_CHECKING:
    from services.utility.loading import Utility
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

    return load_site(file or shortest(reference_site()))


def served(file: Path | None) -> Site | Utility:
    """A file with services or meters: of a site, or of a utility. Raises ConfigurationError."""
    from services.utility.loading import is_utility, load_utility

    if file is not None and is_utility(file):
        return load_utility(file)
    return opened(file)


def warn(site: Site) -> None:
    """What is worth a look in the site's file, on stderr."""
    for warning in site.warnings:
        note(f"warning: {warning}")


@contextmanager
def placed(site: Site) -> Iterator[None]:
    """Puts errors about the site's components at their lines in the file."""
    try:
        yield
    except ModelError as error:
        raise ModelError("\n".join(map(str, site.located(error)))) from None
    except DataError:
        raise
    except ConfigurationError as error:
        raise ConfigurationError(site.located(error)) from None


def shortest(file: Path) -> Path:
    """Relative to the working folder where it lies below it."""
    try:
        return file.relative_to(Path.cwd())
    except (ValueError, OSError):
        return file
