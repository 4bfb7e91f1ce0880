"""What building and reading generated FMUs has in common; loads no sympy."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

from models.balance import BoundaryFlow

#: the resource that says which registers count the boundary flows
BOUNDARIES = "resources/boundaries.json"


def headers() -> Path:
    """Folder of the FMI headers that fmpy ships."""
    import fmpy

    return Path(fmpy.__file__).parent / "c-code"


def platform() -> str:
    """FMI 2.0's word for this platform, the folder of the binary."""
    import fmpy

    return str(fmpy.platform)


def boundaries_of(fmu: Path) -> tuple[BoundaryFlow, ...]:
    """Which registers of a generated FMU count what crosses its boundary."""
    with ZipFile(fmu) as archive:
        return tuple(BoundaryFlow(**entry) for entry in json.loads(archive.read(BOUNDARIES)))
