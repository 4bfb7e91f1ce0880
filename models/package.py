"""Packs a model into an FMU: description, binary for this platform, C sources."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from models.codegen.c_source import header
from models.codegen.description import description
from models.codegen.programme import Programme
from models.compiler import compile_library
from models.fmi import BOUNDARIES, STATES, headers, platform
from models.kernel.model import Model

RUNTIME = Path(__file__).parent / "runtime"
#: bytes of a serialised state before its values: the model's hash, the time
_FRONT = 16
_EPOCH = (1980, 1, 1, 0, 0, 0)


def sources(model: Model) -> tuple[dict[str, bytes], str]:
    """The C files of a model by name, and its guid."""
    model_header, guid = header(Programme(model))
    files = {"model.h": model_header.encode()}
    files |= {path.name: path.read_bytes() for path in sorted(RUNTIME.glob("*.[ch]"))}
    files |= {path.name: path.read_bytes() for path in sorted(headers().glob("fmi2*.h"))}
    return files, guid


def pack(model: Model, files: dict[str, bytes], guid: str, folder: Path) -> Path:
    """Compile and zip in `folder`; the same model gives the same bytes. Raises ModelError."""
    identifier = "".join(c if c.isalnum() else "_" for c in model.name)
    for name, text in files.items():
        (folder / name).write_bytes(text)
    library = folder / f"{identifier}.so"
    compile_library(folder / "fmi2.c", [folder], library)
    boundaries = json.dumps([asdict(b) for b in model.boundaries], indent=1).encode()
    content = {
        "modelDescription.xml": description(model, guid, identifier),
        f"binaries/{platform()}/{identifier}.so": library.read_bytes(),
        BOUNDARIES: boundaries,
        STATES: _states(model),
        **{f"sources/{name}": text for name, text in files.items()},
    }
    fmu = folder / f"{identifier}.fmu"
    with ZipFile(fmu, "w", ZIP_DEFLATED) as archive:
        for name, text in content.items():
            info = ZipInfo(name, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o755 << 16 if name.endswith(".so") else 0o644 << 16
            archive.writestr(info, text)
    return fmu


def _states(model: Model) -> bytes:
    """The states that the future follows from, with their places in `State` of fmi2.c."""
    first = _FRONT + 8 * len(model.inputs)
    entries = [
        {
            "name": point.name,
            "quantity": point.quantity,
            **{k: v for k, v in {"low": point.low, "high": point.high}.items() if isfinite(v)},
            "start": point.start,
            "byte": first + 8 * place,
        }
        for place, point in enumerate(model.state_points.points)
    ]
    return json.dumps(entries, indent=1).encode()
