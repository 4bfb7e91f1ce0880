"""Signals are made known before rows of them are kept."""

import pytest

from rami.core.errors import DataError
from rami.core.historian import Aggregation, Store
from rami.core.signal import Signal
from tests.adapters.stores.cases import EVER, T0, Case, everything, hourly, power, series


def test_is_a_store(case: Case) -> None:
    assert isinstance(case.open(), Store)


def test_signals_come_back_by_name(case: Case) -> None:
    store = case.open()
    meter = Signal("hts.hex.E", "energy", cumulative=True, description="heat, both ways")
    store.declare([power("hts.hex.P"), meter, Signal("temp_air", "temperature")])
    assert [s.name for s in store.signals()] == ["hts.hex.E", "hts.hex.P", "temp_air"]
    assert store.signals()[0] == meter


def test_pattern_as_in_a_shell(case: Case) -> None:
    names = ["a.P", "a.P@clean", "a.T_1", "a.Tx1", "b%c", "b.P", "B.P", "[x]"]
    store = case.with_signals(*names)
    for pattern, wanted in (
        ("a.*", ["a.P", "a.P@clean", "a.T_1", "a.Tx1"]),
        ("*.P", ["B.P", "a.P", "b.P"]),
        ("a.T_?", ["a.T_1"]),
        ("b%*", ["b%c"]),
        ("[ab].P", ["a.P", "b.P"]),
        ("a.P", ["a.P"]),
        ("none*", []),
        ("*", sorted(names)),
    ):
        assert [s.name for s in store.signals(pattern)] == wanted, pattern


def test_declared_again_is_no_error(case: Case) -> None:
    store = case.with_signals("a")
    store.declare([power("a")])
    assert store.signals() == (power("a"),)


@pytest.mark.parametrize(
    "other", [Signal("a", "energy"), Signal("a", "power", cumulative=True)], ids=str
)
def test_contradiction_names_the_signal_and_changes_nothing(case: Case, other: Signal) -> None:
    store = case.with_signals("a")
    with pytest.raises(DataError, match="'a'"):
        store.declare([power("new"), other])
    assert store.signals() == (power("a"),)


def test_all_contradictions_are_told_at_once(case: Case) -> None:
    store = case.with_signals("a", "b")
    with pytest.raises(DataError) as told:
        store.declare([Signal("a", "energy"), Signal("b", "energy")])
    assert len(told.value.problems) == 2


def test_rows_of_undeclared_signals_are_an_error_and_nothing_is_kept(case: Case) -> None:
    store = case.with_signals("known")
    both = series("known", [T0], [1.0])
    stranger = series("stranger", [T0], [1.0])
    store.write(both)
    with pytest.raises(DataError, match="stranger"):
        store.write(stranger)
    assert len(everything(store, "known")) == 1
    assert store.stats().rows == 1


def test_questions_about_undeclared_signals_are_an_error(case: Case) -> None:
    store = case.with_signals("temp_air")
    for ask in (
        lambda: store.last(["temp_aire"]),
        lambda: store.rows(["temp_aire"], *EVER),
        lambda: store.read(["temp_aire"], hourly(1), Aggregation.MEAN),
        lambda: store.aggregate(["temp_aire"], hourly(1), Aggregation.MEAN, Aggregation.SUM),
    ):
        with pytest.raises(DataError, match="temp_aire"):
            ask()


def test_no_names_no_rows(case: Case) -> None:
    store = case.with_signals("a")
    store.write(series("a", [T0], [1.0]))
    assert everything(store) == []
    assert len(store.last([])) == 0


@pytest.mark.parametrize(
    "name",
    [
        "Wärme.Übergabe.ϑ_VL",
        'it\'s "quoted"; drop table x; --',
        "with space\tand tab",
        "100 %_\\",
        "kpi.a/b.c",
        "@",
        "x" * 500,
        "🔥",
    ],
)
def test_odd_names_are_names(case: Case, name: str) -> None:
    store = case.with_signals(name)
    store.write(series(name, [T0], [1.5]))
    assert everything(store, name) == [(name, T0, 1.5, 0)]
    assert store.signals()[0].name == name
    assert store.read([name], hourly(1), Aggregation.MEAN)[name][0] == 1.5
