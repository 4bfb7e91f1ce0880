"""What building and reading generated FMUs has in common; loads no sympy."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from models.balance import BoundaryFlow

#: the resource that says which registers count the boundary flows
BOUNDARIES = "resources/boundaries.json"
#: the resource that says where in the serialised state the states are
STATES = "resources/states.json"


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


def is_whole(fmu: Path) -> bool:
    """Whether a generated FMU can be read to its end: every member's checksum fits."""
    try:
        with ZipFile(fmu) as archive:
            needed = {"modelDescription.xml", BOUNDARIES, STATES}
            return needed <= set(archive.namelist()) and archive.testzip() is None
    except (BadZipFile, EOFError, OSError, RuntimeError, ValueError, zlib.error):
        return False
