"""An FMU from elsewhere behind a twin's points: names, units, faults, snapshots."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from adapters.assets.fmu.backend import FmuBackend
from adapters.assets.fmu.configuration import FmuConfiguration, FmuVariable
from adapters.assets.fmu.snapshot import SnapshotFmuBackend
from rami.asset.capability import Readable, Snapshotable, Steppable, Writable
from rami.core.errors import ModelError
from rami.core.points import Direction, Point, PointIndex
from tests.adapters.assets.foreign import Foreign, build

INPUTS = PointIndex(
    [
        Point("hp.u", "share", Direction.ACTUATED),
        Point("border.T_take", "temperature", Direction.DISTURBANCE, start=60.0),
        Point("load.P_demand", "power", Direction.DISTURBANCE, start=10.0),
    ]
)
OUTPUTS = PointIndex(
    [Point("hp.COP", "share"), Point("line.T", "temperature"), Point("hp.P", "power")]
)

#: lags of 1000 s: after a step of h seconds an output moved by h/1000 of the way
FMU = Foreign(
    [("speed", None), ("T_supply", "K"), ("Qflow_load", "W")],
    [("cop", "1"), ("T_line", "K"), ("Pel", "W")],
    gain=2.0,
)
NAMES = {
    "hp.u": FmuVariable(name="speed"),
    "border.T_take": FmuVariable(name="T_supply"),
    "load.P_demand": FmuVariable(name="Qflow_load"),
    "hp.COP": FmuVariable(name="cop"),
    "line.T": FmuVariable(name="T_line"),
    "hp.P": FmuVariable(name="Pel"),
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("foreign")


@pytest.fixture(scope="session")
def foreign(folder: Path) -> Path:
    return build(FMU, folder / "plain")


@pytest.fixture
def fmu(foreign: Path) -> FmuBackend:
    return FmuBackend.load(foreign, INPUTS, OUTPUTS, NAMES, name="hts")


def test_names_and_units_are_translated_both_ways(fmu: FmuBackend) -> None:
    held = np.array([0.5, 60.0, 300.0])
    got = fmu.step(held, 100.0)
    # the FMU saw 333.15 K and 300000 W, and answered a tenth of twice that
    assert got == pytest.approx([0.1, 0.1 * 2 * 333.15 - 273.15, 60.0])
    assert fmu.time == 100.0
    assert held == pytest.approx([0.5, 60.0, 300.0])


def test_inputs_start_at_their_points(foreign: Path) -> None:
    fmu = FmuBackend.load(foreign, INPUTS, OUTPUTS, NAMES, start={"hp.P": 7.0})
    assert fmu.read()[2] == pytest.approx(7.0)
    fmu.write(np.array([0.0, 0.0, 0.0]))
    assert fmu.step(INPUTS.starts(), 100.0)[2] == pytest.approx(0.9 * 7 + 0.1 * 20)


def test_it_shows_what_it_can_do(fmu: FmuBackend, folder: Path) -> None:
    for capability in (Readable, Writable, Steppable):
        assert isinstance(fmu, capability)
    assert not isinstance(fmu, Snapshotable)
    path = build(replace(FMU, snapshots=True), folder / "snapshots")
    keeper = FmuBackend.load(path, INPUTS, OUTPUTS, NAMES)
    assert isinstance(keeper, SnapshotFmuBackend)
    held = np.array([0.5, 60.0, 300.0])
    keeper.step(held, 10.0)
    saved = keeper.save()
    future = keeper.step(held, 10.0).copy()
    keeper.restore(saved)
    assert keeper.time == 10.0
    assert np.array_equal(keeper.step(held, 10.0), future)


def test_everything_missing_is_told_at_once(foreign: Path) -> None:
    names = {
        **NAMES,
        "hp.COP": FmuVariable(name="copp"),
        "hp.u": FmuVariable(name="T_line"),
        "hp.PP": FmuVariable(name="Pel"),
    }
    with pytest.raises(ModelError) as caught:
        FmuBackend.load(foreign, INPUTS, OUTPUTS, names)
    text = str(caught.value)
    assert "no point 'hp.PP' to map; did you mean 'hp.P'?" in text
    assert "point hp.COP (copp): no Real variable 'copp'; did you mean 'cop'?" in text
    assert "point hp.u (T_line): wanted causality input, got output" in text
    assert len(text.splitlines()) == 3


def test_a_unit_that_measures_something_else_is_refused(foreign: Path) -> None:
    points = PointIndex([Point("hp.P", "temperature"), Point("line.T", "energy")])
    with pytest.raises(ModelError) as caught:
        FmuBackend.load(foreign, INPUTS, points, {k: v for k, v in NAMES.items() if k != "hp.COP"})
    text = str(caught.value)
    assert "declared in W, which does not measure temperature; wanted degC or K" in text
    assert "declared in K, which does not measure energy" in text


def test_undeclared_units_are_said_in_the_mapping(folder: Path) -> None:
    silent = replace(FMU, outputs=[("cop", None), ("T_line", None), ("Pel", "W")])
    path = build(silent, folder / "silent")
    with pytest.raises(ModelError, match=r"line\.T \(T_line\): no unit declared; wanted degC or K"):
        FmuBackend.load(path, INPUTS, OUTPUTS, NAMES)
    said = {**NAMES, "line.T": FmuVariable(name="T_line", unit="K")}
    assert FmuBackend.load(path, INPUTS, OUTPUTS, said).read()[1] == pytest.approx(-273.15)
    wrong = {**NAMES, "hp.P": FmuVariable(name="Pel", unit="kW")}
    with pytest.raises(ModelError, match="the FMU declares W, the mapping says kW"):
        FmuBackend.load(path, INPUTS, OUTPUTS, wrong)


def test_units_of_unknown_name_are_known_by_their_base(folder: Path) -> None:
    units = {
        "J.s-1": {"kg": "1", "m": "2", "s": "-3"},
        "degF": {"K": "1", "factor": "0.5555555555555556", "offset": "255.3722222222222"},
    }
    path = build(
        replace(
            FMU,
            inputs=[("speed", None), ("T_supply", "degF"), ("Qflow_load", "J.s-1")],
            outputs=[("cop", "1"), ("T_line", "degF"), ("Pel", "J.s-1")],
            units=units,
        ),
        folder / "base_units",
    )
    fmu = FmuBackend.load(path, INPUTS, OUTPUTS, NAMES)
    got = fmu.step(np.array([0.5, 100.0, 300.0]), 500.0)  # 212 degF in, 212 degF out
    assert got == pytest.approx([0.5, 100.0, 300.0])


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"version": "3.0"}, "invalid modelDescription"),
        ({"version": "1.0"}, "wanted FMI 2.0 or 3.0, got 1.0; export it as FMI 2.0"),
        ({"version": "4.0"}, "wanted FMI 2.0 or 3.0, got 4.0; export it as FMI 2.0"),
        ({"simulation": "ModelExchange"}, "wanted co-simulation, got model exchange alone"),
        ({"platform": "darwin64"}, "no binary binaries/.*, got darwin64; export it for this"),
    ],
)
def test_what_cannot_run_is_refused_before_the_run(
    fault: dict[str, str], message: str, folder: Path
) -> None:
    path = build(replace(FMU, **fault), folder / "-".join(fault.values()))
    with pytest.raises(ModelError, match=message):
        FmuBackend.load(path, INPUTS, OUTPUTS, NAMES)


def test_what_is_no_fmu_at_all(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no FMU at .*; check the path"):
        FmuBackend.load(tmp_path / "absent.fmu", INPUTS, OUTPUTS)
    text = tmp_path / "text.fmu"
    text.write_text("not a zip file")
    with pytest.raises(ModelError, match="is no FMU"):
        FmuBackend.load(text, INPUTS, OUTPUTS)
    empty = tmp_path / "empty.fmu"
    with ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    with pytest.raises(ModelError, match="is no FMU"):
        FmuBackend.load(empty, INPUTS, OUTPUTS)
    broken = tmp_path / "broken.fmu"
    with ZipFile(broken, "w") as archive:
        archive.writestr("modelDescription.xml", "<fmiModelDescription")
    with pytest.raises(ModelError, match="is no FMU"):
        FmuBackend.load(broken, INPUTS, OUTPUTS)


@pytest.mark.parametrize("damage", ["cut", "flipped", "folder"])
def test_a_damaged_file_is_named_with_a_cure(damage: str, foreign: Path, tmp_path: Path) -> None:
    path = tmp_path / "lags.fmu"
    whole = foreign.read_bytes()
    place = whole.index(b".so") + 200
    if damage == "folder":
        path.mkdir()
    elif damage == "cut":
        path.write_bytes(whole[:place])
    else:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
    with pytest.raises(ModelError, match=r"lags\.fmu (is no FMU|cannot be read): .*; export"):
        FmuBackend.load(path, INPUTS, OUTPUTS, NAMES, name="hts")


def test_a_binary_that_does_not_load(foreign: Path, tmp_path: Path) -> None:
    path = tmp_path / "lags.fmu"
    with ZipFile(foreign) as good, ZipFile(path, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, b"garbage" if name.endswith(".so") else good.read(name))
    with pytest.raises(ModelError, match=r"hts: lags\.so cannot be loaded"):
        FmuBackend.load(path, INPUTS, OUTPUTS, NAMES, name="hts")


def test_the_fmus_own_words_are_in_the_error(folder: Path) -> None:
    path = build(replace(FMU, longest=60.0), folder / "strict")
    fmu = FmuBackend.load(path, INPUTS, OUTPUTS, NAMES, name="hts")
    fmu.step(INPUTS.starts(), 60.0)
    with pytest.raises(ModelError, match="hts: fmi2DoStep returned error: step too long"):
        fmu.step(INPUTS.starts(), 61.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_never_reaches_it(fmu: FmuBackend, value: float) -> None:
    held = np.array([0.5, value, 300.0])
    with pytest.raises(ModelError, match=r"hts: border\.T_take is set to .*; wanted a finite"):
        fmu.step(held, 60.0)
    with pytest.raises(ModelError, match="wanted a finite"):
        fmu.write(held)
    assert fmu.time == 0.0


def test_reset(fmu: FmuBackend) -> None:
    fmu.step(np.array([0.5, 60.0, 300.0]), 100.0)
    fmu.reset({"hp.P": 3.0})
    assert fmu.read() == pytest.approx([0.0, -273.15, 3.0])


def test_what_was_unpacked_is_removed(foreign: Path) -> None:
    import tempfile

    before = set(Path(tempfile.gettempdir()).glob("rami-fmu-*"))
    fmu = FmuBackend.load(foreign, INPUTS, OUTPUTS, NAMES)
    (unpacked,) = set(Path(tempfile.gettempdir()).glob("rami-fmu-*")) - before
    fmu.close()
    assert not unpacked.exists()


def test_the_configuration_opens_it(foreign: Path) -> None:
    declared = FmuConfiguration.model_validate(
        {
            "kind": "fmu",
            "path": str(foreign),
            "variables": {k: v.model_dump(exclude_none=True) for k, v in NAMES.items()},
        }
    )
    assert declared.path == foreign
    assert declared.open(foreign, INPUTS, OUTPUTS, "hts").step(INPUTS.starts(), 1.0).shape == (3,)
