"""Checks an FMU before the run and finds its variables: all problems in one error."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

import numpy as np

from adapters.assets.fmu.configuration import FmuVariable
from adapters.assets.fmu.declared_unit import conversion
from adapters.assets.fmu.described import Interface, Variables
from rami.core.errors import ModelError
from rami.core.points import Point, PointIndex
from rami.core.wording import did_you_mean

if TYPE_CHECKING:
    from fmpy.model_description import ModelDescription

Names = Mapping[str, FmuVariable]

#: versions that are understood, and their type of real variables
_REAL = {"2.0": "Real", "3.0": "Float64"}
#: generation tool of our own FMUs, whose fmi2SetReal refuses what is not finite
_OURS = "rami-twins"


def describe(path: Path) -> ModelDescription:
    """The FMU's model description; ModelError when there is none that is understood."""
    import fmpy
    from fmpy.model_description import ValidationError

    try:
        _check_whole(path)
        version = _version(path)
        if version not in _REAL:
            raise ModelError(
                f"{path.name}: wanted FMI {' or '.join(_REAL)}, got {version or 'none'}; "
                f"export it as FMI 2.0 co-simulation"
            )
        return fmpy.read_model_description(str(path))
    except FileNotFoundError:
        raise ModelError(
            f"no FMU at {path}; check the path, or leave it out to generate one"
        ) from None
    except (BadZipFile, KeyError, SyntaxError) as error:
        raise ModelError(f"{path} is no FMU: {error}; export it again") from error
    except (EOFError, OSError, RuntimeError, zlib.error) as error:
        raise ModelError(f"{path} cannot be read: {error}; export or copy it again") from error
    except ValidationError as error:
        raise ModelError(f"{path}: invalid modelDescription.xml: {error}") from error


def _check_whole(path: Path) -> None:
    """Reads all of an archive, so that no damage shows first when it is unpacked."""
    with ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged is not None:
        raise BadZipFile(f"{damaged} is damaged")


def _version(path: Path) -> str | None:
    """What the model description says of itself; fmpy reads those it knows only."""
    with ZipFile(path) as archive, archive.open("modelDescription.xml") as text:
        for _, root in ElementTree.iterparse(text, ("start",)):
            version: str | None = root.get("fmiVersion")
            return version
    return None


def check(path: Path, inputs: PointIndex, outputs: PointIndex, names: Names) -> Interface:
    """The interface of an FMU for these points; ModelError naming everything that is wrong."""
    found = describe(path)
    problems = _capability_problems(path, found)
    points = (*inputs.names, *outputs.names)
    problems += [
        f"variables: no point {name!r} to map; {did_you_mean(name, points)}"
        for name in names
        if name not in inputs and name not in outputs
    ]
    taken = _find(found, inputs, names, {"input"}, problems)
    given = _find(found, outputs, names, {"output", "local", "calculatedParameter"}, problems)
    if problems:
        raise ModelError("\n".join(f"{path.name}: {problem}" for problem in problems))
    simulation, experiment = found.coSimulation, found.defaultExperiment
    size = experiment.stepSize if experiment is not None else None
    return Interface(
        simulation.modelIdentifier,
        found.guid,
        _library(simulation.modelIdentifier, found.fmiVersion),
        taken,
        given,
        bool(simulation.canGetAndSetFMUstate and simulation.canSerializeFMUstate),
        found.generationTool == _OURS,
        found.fmiVersion,
        float(size) if size else None,
    )


def _library(identifier: str, version: str) -> str:
    import fmpy

    platform = fmpy.platform if version == "2.0" else fmpy.platform_tuple
    return f"binaries/{platform}/{identifier}{fmpy.sharedLibraryExtension}"


def _capability_problems(path: Path, found: ModelDescription) -> list[str]:
    if found.coSimulation is None:
        return ["wanted co-simulation, got model exchange alone; export it for co-simulation"]
    with ZipFile(path) as archive:
        files = archive.namelist()
    binary = _library(found.coSimulation.modelIdentifier, found.fmiVersion)
    if binary in files:
        return []
    has = sorted({f.split("/")[1] for f in files if f.startswith("binaries/") and f.count("/") > 1})
    sources = any(f.startswith("sources/") and f.endswith(".c") for f in files)
    mend = "its C sources can be compiled with fmpy" if sources else "export it for this platform"
    return [f"no binary {binary} for this platform, got {', '.join(has) or 'none'}; {mend}"]


def _find(
    found: ModelDescription,
    points: PointIndex,
    names: Names,
    causalities: set[str],
    problems: list[str],
) -> Variables:
    kind = _REAL[found.fmiVersion]
    listed = {v.name: v for v in found.modelVariables if v.type == kind and not v.dimensions}
    fitting = [n for n, v in listed.items() if str(v.causality) in causalities]
    bases = {u.name: u.baseUnit for u in found.unitDefinitions}
    references = np.zeros(len(points), np.uint32)
    factor, offset = np.ones(len(points)), np.zeros(len(points))
    for place, point in enumerate(points.points):
        mapped = names.get(point.name, FmuVariable())
        name = mapped.name or point.name
        variable = listed.get(name)
        what = f"point {point.name}" + (f" ({name})" if name != point.name else "")
        if variable is None:
            problems.append(f"{what}: no {kind} variable {name!r}; {_hint(name, fitting)}")
            continue
        if str(variable.causality) not in causalities:
            problems.append(
                f"{what}: wanted causality {' or '.join(sorted(causalities))}, "
                f"got {variable.causality}"
            )
            continue
        references[place] = variable.valueReference
        try:
            factor[place], offset[place] = _conversion(variable, mapped, bases, point)
        except ValueError as error:
            problems.append(f"{what}: {error}")
    return Variables(references, factor, offset)


def _conversion(
    variable: Any, mapped: FmuVariable, bases: Mapping[str, Any], point: Point
) -> tuple[float, float]:
    declared = variable.unit or (variable.declaredType.unit if variable.declaredType else None)
    if declared and mapped.unit and declared != mapped.unit:
        raise ValueError(
            f"the FMU declares {declared}, the mapping says {mapped.unit}; take the mapping's out"
        )
    unit: str | None = declared or mapped.unit
    return conversion(unit, bases.get(unit) if unit else None, point.quantity)


def _hint(name: str, options: list[str]) -> str:
    hint = did_you_mean(name, options)
    return hint if len(hint) < 300 else f"it has {len(options)} such variables, none alike"
