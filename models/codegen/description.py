"""modelDescription.xml of a generated model (FMI 2.0.4, section 2.2), with declared units."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from models.kernel.model import Model
from rami.core.points import Point

Attributes = dict[str, str]

#: canonical unit -> its BaseUnit in SI
_BASE_UNITS: dict[str, Attributes] = {
    "degC": {"K": "1", "offset": "273.15"},
    "K": {"K": "1"},
    "kW": {"kg": "1", "m": "2", "s": "-3", "factor": "1000"},
    "kWh": {"kg": "1", "m": "2", "s": "-2", "factor": "3600000"},
    "kg/s": {"kg": "1", "s": "-1"},
    "kg": {"kg": "1"},
    "m3": {"m": "3"},
    "bar": {"kg": "1", "m": "-1", "s": "-2", "factor": "100000"},
    "s": {"s": "1"},
    "kW/K": {"kg": "1", "m": "2", "s": "-3", "K": "-1", "factor": "1000"},
    "1": {},
}


def description(model: Model, guid: str, identifier: str) -> bytes:
    """The XML file as bytes.

    States may be set before the run (`initial="exact"`); several outputs may share a value
    reference where one quantity has two names.
    """
    root = Xml.Element(
        "fmiModelDescription",
        fmiVersion="2.0",
        modelName=model.name,
        guid=guid,
        generationTool="rami-twins",
        variableNamingConvention="structured",
        numberOfEventIndicators="0",
    )
    simulation = Xml.SubElement(
        root,
        "CoSimulation",
        modelIdentifier=identifier,
        canHandleVariableCommunicationStepSize="true",
        canBeInstantiatedOnlyOncePerProcess="false",
        canNotUseMemoryManagementFunctions="true",
        canGetAndSetFMUstate="true",
        canSerializeFMUstate="true",
        providesDirectionalDerivative="false",
    )
    Xml.SubElement(Xml.SubElement(simulation, "SourceFiles"), "File", name="fmi2.c")
    _units(root, [*model.inputs.values(), *model.outputs.values()])
    Xml.SubElement(root, "DefaultExperiment", startTime="0", stopTime="86400", stepSize="60")
    _variables(root, model)
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _units(root: Xml.Element, points: list[Point]) -> None:
    definitions = Xml.SubElement(root, "UnitDefinitions")
    for name in sorted({point.unit for point in points}):
        unit = Xml.SubElement(definitions, "Unit", name=name)
        if name in _BASE_UNITS:
            Xml.SubElement(unit, "BaseUnit", _BASE_UNITS[name])


def _variables(root: Xml.Element, model: Model) -> None:
    variables = Xml.SubElement(root, "ModelVariables")
    structure = Xml.SubElement(root, "ModelStructure")
    outputs = Xml.SubElement(structure, "Outputs")
    unknowns: list[str] = []
    slots = [*model.inputs, *(s.symbol for s in model.states), *(s for s, _ in model.signals)]
    reference = {symbol: str(i) for i, symbol in enumerate(slots)}
    starts = {state.symbol: state.start for state in model.states}

    for symbol, point in model.inputs.items():
        bounds = {"min": point.low, "max": point.high}
        real = {k: repr(v) for k, v in bounds.items() if abs(v) != float("inf")}
        _variable(
            variables, point, reference[symbol], "input", {}, {**real, "start": repr(point.start)}
        )
    for index, (symbol, point) in enumerate(model.outputs.items(), len(model.inputs) + 1):
        if symbol in starts:
            initial, real = "exact", {"start": repr(float(starts[symbol]))}
        else:
            initial, real = "calculated", {}
            unknowns.append(str(index))
        _variable(
            variables,
            point,
            reference[model.values[symbol]],
            "output",
            {"initial": initial},
            real,
        )
        Xml.SubElement(outputs, "Unknown", index=str(index))
    if unknowns:
        initials = Xml.SubElement(structure, "InitialUnknowns")
        for index_text in unknowns:
            Xml.SubElement(initials, "Unknown", index=index_text)


def _variable(
    parent: Xml.Element,
    point: Point,
    reference: str,
    causality: str,
    extra: Attributes,
    real: Attributes,
) -> None:
    attributes = {"name": point.name, "valueReference": reference, "causality": causality}
    if point.description:
        attributes["description"] = point.description
    variable = Xml.SubElement(
        parent, "ScalarVariable", {**attributes, "variability": "continuous", **extra}
    )
    Xml.SubElement(variable, "Real", {"unit": point.unit, **real})
