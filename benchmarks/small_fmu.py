"""Builds the FMU of 10 inputs and 50 outputs, and the C loop that steps any FMU."""

from __future__ import annotations

import subprocess
import zipfile
from importlib.util import find_spec
from pathlib import Path

from rami.core.points import Direction, Point, PointIndex

_C = Path(__file__).with_name("c")
_GUID = "{rami-twins-benchmark-lags}"

INPUTS = PointIndex(
    Point(f"u.v{i}", "temperature", Direction.DISTURBANCE, start=20.0) for i in range(10)
)
OUTPUTS = PointIndex(
    Point(name, "temperature")
    for name in (*(f"lag.v{i}" for i in range(40)), *(f"mean.v{i}" for i in range(10)))
)


def _compile(source: Path, target: Path) -> Path:
    """Compile one C file against the FMI headers that fmpy brings."""
    fmpy = find_spec("fmpy")
    assert fmpy is not None and fmpy.origin is not None
    headers = Path(fmpy.origin).with_name("c-code")
    flags = ["-O2", "-std=c99", "-shared", "-fPIC", f"-I{headers}"]
    subprocess.run(["cc", *flags, "-o", str(target), str(source)], check=True)
    return target


def _description(tool: str) -> str:
    """modelDescription.xml: value references count through inputs, then outputs."""
    variables = []
    for reference, point in enumerate([*INPUTS.points, *OUTPUTS.points]):
        given = point.direction is Direction.DISTURBANCE
        causality = 'causality="input"' if given else 'causality="output" initial="calculated"'
        start = 'start="20.0" ' if given else ""
        variables.append(
            f'<ScalarVariable name="{point.name}" valueReference="{reference}" {causality} '
            f'variability="continuous"><Real {start}unit="degC"/></ScalarVariable>'
        )
    first = len(INPUTS) + 1
    places = range(first, first + len(OUTPUTS))
    outputs = "".join(f'<Unknown index="{place}"/>' for place in places)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="2.0" modelName="lags" guid="{_GUID}" generationTool="{tool}"
  variableNamingConvention="structured">
<CoSimulation modelIdentifier="lags" canHandleVariableCommunicationStepSize="true"
  canGetAndSetFMUstate="true" canSerializeFMUstate="true"/>
<UnitDefinitions><Unit name="degC"><BaseUnit K="1" offset="273.15"/></Unit></UnitDefinitions>
<DefaultExperiment startTime="0.0" stopTime="60.0"/>
<ModelVariables>{"".join(variables)}</ModelVariables>
<ModelStructure><Outputs>{outputs}</Outputs><InitialUnknowns>{outputs}</InitialUnknowns>
</ModelStructure>
</fmiModelDescription>
"""


def build(folder: Path, tool: str = "elsewhere") -> Path:
    """The FMU, built into `folder`; `tool` is who it says has made it.

    It refuses inputs that are not finite, as those that rami-twins generates do; the adapter
    checks the inputs of an FMU from elsewhere itself.
    """
    library = _compile(_C / "lags.c", folder / "lags.so")
    target = folder / f"{tool}.fmu"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("modelDescription.xml", _description(tool))
        archive.write(library, "binaries/linux64/lags.so")
    return target


def build_loop(folder: Path) -> Path:
    """The C loop as a shared library, built into `folder`."""
    return _compile(_C / "loop.c", folder / "loop.so")
