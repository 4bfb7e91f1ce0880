"""Makes small FMUs from elsewhere: own C, own names, own units, and faults on request."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

import fmpy

HERE = Path(__file__).parent
HEADERS = Path(fmpy.__file__).parent / "c-code"


@dataclass(frozen=True)
class Foreign:
    """An FMU of lags: `inputs` and `outputs` are (name, unit or None) in the FMU's own words."""

    inputs: Sequence[tuple[str, str | None]]
    outputs: Sequence[tuple[str, str | None]]
    gain: float = 1.0
    tau: float = 1000.0
    snapshots: bool = False
    version: str = "2.0"
    simulation: str = "CoSimulation"
    platform: str = str(fmpy.platform)
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    longest: float = 1e9
    macros: Sequence[str] = ()
    armed: Path | None = None
    third: bool = False


def build(fmu: Foreign, folder: Path) -> Path:
    """Compile and zip an FMU; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "lags.so"
    macros = {
        "NU": len(fmu.inputs),
        "NY": len(fmu.outputs),
        "GAIN": fmu.gain,
        "TAU": fmu.tau,
        "LONGEST": fmu.longest,
        **({"SNAPSHOTS": 1} if fmu.snapshots else {}),
    }
    flags = [f"-D{name}={value}" for name, value in macros.items()]
    flags += [f"-D{name}" for name in fmu.macros]
    if fmu.armed is not None:
        flags.append(f'-DARMED="{fmu.armed}"')
    subprocess.run(
        [
            "cc",
            "-O2",
            "-shared",
            "-fPIC",
            *flags,
            f"-I{HEADERS}",
            "-o",
            str(library),
            str(HERE / ("foreign3.c" if fmu.third else "foreign.c")),
        ],
        check=True,
    )
    path = folder / "lags.fmu"
    with ZipFile(path, "w") as archive:
        archive.writestr("modelDescription.xml", description(fmu))
        archive.write(
            library, f"binaries/{fmpy.platform_tuple if fmu.third else fmu.platform}/lags.so"
        )
    return path


def description(fmu: Foreign) -> str:
    """Its modelDescription.xml."""
    if fmu.third:
        return _third(fmu)
    variables = [
        _variable(name, 100 + i, "input", unit, ' start="0"')
        for i, (name, unit) in enumerate(fmu.inputs)
    ]
    variables += [
        _variable(name, 200 + i, "output", unit, "") for i, (name, unit) in enumerate(fmu.outputs)
    ]
    names = sorted({unit for _, unit in (*fmu.inputs, *fmu.outputs) if unit})
    units = "".join(f'<Unit name="{name}">{_base(fmu.units.get(name))}</Unit>' for name in names)
    places = range(len(fmu.inputs) + 1, len(fmu.inputs) + len(fmu.outputs) + 1)
    listed = "".join(f'<Unknown index="{i}"/>' for i in places)
    flag = "true" if fmu.snapshots else "false"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><fmiModelDescription fmiVersion="{fmu.version}" '
        f'modelName="lags" guid="{{lags}}" generationTool="elsewhere">'
        f'<{fmu.simulation} modelIdentifier="lags" canGetAndSetFMUstate="{flag}" '
        f'canSerializeFMUstate="{flag}"/>'
        f"<UnitDefinitions>{units}</UnitDefinitions>"
        f"<ModelVariables>{''.join(variables)}</ModelVariables>"
        f"<ModelStructure><Outputs>{listed}</Outputs>"
        f"<InitialUnknowns>{listed}</InitialUnknowns></ModelStructure></fmiModelDescription>"
    ).replace("<UnitDefinitions></UnitDefinitions>", "")


def _third(fmu: Foreign) -> str:
    """In FMI 3.0."""
    variables = ['<Float64 name="time" valueReference="0" causality="independent"/>']
    outputs = []
    groups = (("input", 100, fmu.inputs), ("output", 200, fmu.outputs))
    for causality, first, listed in groups:
        for reference, (name, unit) in enumerate(listed, first):
            declared = f' unit="{unit}"' if unit else ""
            start = ' start="0"' if causality == "input" else ""
            variables.append(
                f'<Float64 name="{name}" valueReference="{reference}" causality="{causality}"'
                f"{declared}{start}/>"
            )
            if causality == "output":
                outputs.append(f'valueReference="{reference}"')
    units = "".join(
        f'<Unit name="{name}"/>'
        for name in sorted({unit for _, unit in (*fmu.inputs, *fmu.outputs) if unit})
    )
    structure = "".join(
        f"<{kind} {output}/>" for kind in ("Output", "InitialUnknown") for output in outputs
    )
    flag = "true" if fmu.snapshots else "false"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><fmiModelDescription fmiVersion="3.0" '
        f'modelName="lags" instantiationToken="{{lags}}" generationTool="elsewhere">'
        f'<CoSimulation modelIdentifier="lags" canGetAndSetFMUState="{flag}" '
        f'canSerializeFMUState="{flag}"/><UnitDefinitions>{units}</UnitDefinitions>'
        f"<ModelVariables>{''.join(variables)}</ModelVariables>"
        f"<ModelStructure>{structure}</ModelStructure></fmiModelDescription>"
    )


def _variable(name: str, reference: int, causality: str, unit: str | None, start: str) -> str:
    declared = f' unit="{unit}"' if unit else ""
    return (
        f'<ScalarVariable name="{name}" valueReference="{reference}" causality="{causality}">'
        f"<Real{declared}{start}/></ScalarVariable>"
    )


def _base(attributes: Mapping[str, str] | None) -> str:
    if attributes is None:
        return ""
    return f"<BaseUnit {' '.join(f'{k}={chr(34)}{v}{chr(34)}' for k, v in attributes.items())}/>"
