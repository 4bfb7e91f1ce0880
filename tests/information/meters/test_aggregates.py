"""What leaves: whole blocks only, nobody by difference, nobody who makes up most of it."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rami.core.errors import ConfigurationError
from rami.core.timegrid import TimeGrid
from rami.information.meters.aggregate import Table, aggregate
from rami.information.meters.dataset import Dataset
from rami.information.meters.disclosure import BlockSums, Limits, publishable
from rami.information.meters.ingest import ingest
from rami.information.meters.releases import Refused
from tests.information.meters.conftest import T0, Make, Write, meters
from tests.information.meters.memory import MemoryStore

HOURLY = TimeGrid.of(T0, 3600, 6)


def release(
    dataset: Dataset, store: MemoryStore, by: str, grid: TimeGrid = HOURLY, who: str = "city"
) -> Table:
    out = dataset.folder / f"{by}.csv"
    return aggregate(dataset, store, who, by, "energy", grid, out)


def test_sums_are_those_of_the_customers(make: Make, store: MemoryStore, write: Write) -> None:
    groups = meters(("north", "flat", 12), ("south", "house", 9))
    readings, customers = write(groups)
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    table = release(dataset, store, "branch")
    assert table.groups == ("north", "south")
    assert table.published.all()
    expected = sum(1.0 + m % 7 + 0.25 * 2 for m in range(12))
    assert table.sums[0, 2] == pytest.approx(expected)
    assert table.customers[:, 0].tolist() == [12, 9]
    rows = list(csv.DictReader((dataset.folder / "branch.csv").read_text().splitlines()))
    assert float(rows[4]["energy_kWh_sum"]) == pytest.approx(expected)
    assert float(rows[4]["energy_kWh_mean"]) == pytest.approx(expected / 12)


def test_a_small_group_is_neither_told_nor_had_from_the_total(
    make: Make, store: MemoryStore, write: Write
) -> None:
    groups = meters(("north", "flat", 12), ("south", "house", 9), ("east", "flat", 3))
    readings, customers = write(groups)
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    parts, everybody = release(dataset, store, "branch"), release(dataset, store, "all")
    assert parts.groups == ("north", "south")
    # three of the east wait for two more; the total does not hold them either
    assert everybody.customers[0, 0] == parts.customers[:, 0].sum() == 21


def test_small_groups_come_together_in_totals(make: Make, store: MemoryStore, write: Write) -> None:
    groups = meters(("north", "flat", 12), ("east", "flat", 3), ("west", "flat", 4))
    readings, customers = write(groups)
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    parts, everybody = release(dataset, store, "branch"), release(dataset, store, "all")
    assert parts.groups == ("north",)
    assert everybody.customers[0, 0] - parts.customers[0, 0] == 7


def test_a_missing_reading_takes_its_block_out_of_the_interval(
    make: Make, store: MemoryStore, write: Write
) -> None:
    readings, customers = write(meters(("north", "flat", 20)), skip=frozenset({(3, 2)}))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    table = release(dataset, store, "branch")
    assert table.customers[0].tolist() == [20, 20, 15, 20, 20, 20]


def test_a_customer_that_makes_up_most_is_hidden_in_every_release(
    make: Make, store: MemoryStore, write: Write
) -> None:
    groups = meters(("north", "flat", 10), ("south", "house", 10))
    readings, customers = write(groups, lambda m, h: 1e4 if m == 2 and h == 1 else 1.0 + m)
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    first = release(dataset, store, "branch")
    assert first.published[:, 1].tolist() == [False, True]
    # south is told, so the total less south would tell north
    total = release(dataset, store, "all")
    assert total.published[0].tolist() == [True, False, True, True, True, True]


def test_dominance_holds_when_the_total_is_told_first(
    make: Make, store: MemoryStore, write: Write
) -> None:
    groups = meters(("north", "flat", 10), ("south", "house", 10))
    # no more than 80 % of everybody, more than 80 % of the north
    readings, customers = write(groups, lambda m, h: 100.0 if m == 2 else (1.0 if m < 10 else 9.0))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    assert release(dataset, store, "all").published.all()
    with pytest.raises(Refused):
        release(dataset, store, "branch")
    assert not (dataset.folder / "branch.csv").exists()
    assert list(dataset.log.rows())[-1]["outcome"] != "released"


def test_nothing_is_told_of_groups_without_any_heat(
    make: Make, store: MemoryStore, write: Write
) -> None:
    readings, customers = write(meters(("north", "flat", 10)), lambda m, h: float(h > 0))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    assert release(dataset, store, "branch").published[0].tolist() == [False] + [True] * 5


def test_a_corrected_value_changes_nothing_that_was_told(
    make: Make, store: MemoryStore, write: Write
) -> None:
    groups = meters(("north", "flat", 10))
    readings, customers = write(groups)
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    first = release(dataset, store, "branch").csv()
    corrected, _ = write(groups, lambda m, h: 5.0 if m == 4 else 1.0 + m % 7 + 0.25 * h)
    assert ingest(dataset, store, [corrected]).corrections
    assert release(dataset, store, "branch").csv() == first
    # overlapping query, longer
    longer = release(dataset, store, "branch", TimeGrid.of(T0, 3600, 5))
    assert longer.csv() == b"\n".join(first.split(b"\n")[:6]) + b"\n"


def test_other_intervals_over_the_same_time_are_refused(
    make: Make, store: MemoryStore, write: Write
) -> None:
    readings, customers = write(meters(("north", "flat", 10)))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    release(dataset, store, "branch")
    with pytest.raises(Refused, match="sum up"):
        release(dataset, store, "branch", TimeGrid.of(T0, 7200, 3))
    with pytest.raises(Refused, match="60 min"):
        release(dataset, store, "branch", TimeGrid.of(T0, 1800, 3))


def test_joining_and_leaving_shows_only_in_blocks(
    make: Make, store: MemoryStore, write: Write
) -> None:
    groups = meters(("north", "flat", 20))
    readings, customers = write(groups)
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    before = release(dataset, store, "branch", TimeGrid.of(T0, 3600, 2)).customers[0, 0]
    first = next(iter(groups))
    moved = {**groups, first: ("south", "flat"), **meters(("north", "flat", 4), first=71000000)}
    readings, customers = write(moved, name="later.csv")
    ingest(dataset, store, [readings], customers=customers)
    later = TimeGrid.of(HOURLY.part(2, 2).start_ns, 3600, 2)
    assert release(dataset, store, "branch", later).customers[0, 0] == before - 5


Query = tuple[str, int, int]


def _value(meter: int, hour: int) -> float:
    """Some use nothing in some hours, some nearly all of their neighbourhood."""
    drawn = (meter * 7919 + hour * 104729) % 13
    return 40.0 if drawn in (5, 9) else max(0.0, drawn - 3) / 4


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(1, 12), min_size=2, max_size=5),
    buildings=st.integers(1, 3),
    gaps=st.frozensets(st.tuples(st.integers(0, 40), st.integers(0, 5)), max_size=6),
    queries=st.lists(
        st.tuples(
            st.sampled_from(["branch", "building", "all"]), st.integers(0, 3), st.integers(1, 3)
        ),
        min_size=2,
        max_size=7,
    ),
    newcomers=st.integers(0, 7),
    late=st.booleans(),
)
def test_all_releases_together_isolate_nobody(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], buildings: int,
    gaps: frozenset[tuple[int, int]], queries: list[Query], newcomers: int, late: bool,
) -> None:  # fmt: skip
    """The attacker knows who is in which group, all releases, and solves for every interval."""
    from tests.information.meters.attacker import attack

    attack(tmp_path_factory.mktemp("a"), sizes, buildings, gaps, queries, newcomers, late, _value)


def test_the_rule_itself_on_a_small_case() -> None:
    """Two blocks told together before; one alone is dominated, so neither may follow."""
    sums = BlockSums(
        np.array([5, 5]),
        np.ones((2, 1), np.bool_),
        np.array([[100.0], [60.0]]),
        np.array([[100.0], [60.0]]),
        np.array([[90.0], [20.0]]),
    )
    together = [np.zeros((2, 1), np.int64)]
    limits = Limits(5, 0.8)
    assert publishable(sums, np.array([0, 1]), 2, [], limits)[:, 0].tolist() == [False, True]
    assert publishable(sums, np.array([0, 1]), 2, together, limits)[:, 0].tolist() == [False] * 2
    assert publishable(sums, np.array([0, 0]), 1, together, limits).all()


def test_more_customers_asked_for_later_holds_back_what_would_part_old_sets(
    make: Make, store: MemoryStore, write: Write
) -> None:
    readings, customers = write(meters(("north", "flat", 10), ("south", "flat", 6)))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    release(dataset, store, "branch")
    strict = make(k=8)
    table = release(strict, store, "branch")
    assert table.published[:, 0].tolist() == [True, False]
    # everybody less north would be the six of the south
    with pytest.raises(Refused):
        release(make(k=20), store, "all")


def test_more_customers_asked_for_after_the_total_hold_back_what_would_follow_from_it(
    make: Make, store: MemoryStore, write: Write
) -> None:
    """North alone would do, but the total less north is the six of the south."""
    readings, customers = write(meters(("north", "flat", 10), ("south", "flat", 6)))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    release(dataset, store, "all")
    with pytest.raises(Refused):
        release(make(k=8), store, "branch")
    assert release(make(k=6), store, "branch").published.all()


def test_too_much_at_once_is_told_before_memory_is_full(
    make: Make, store: MemoryStore, write: Write
) -> None:
    readings, customers = write(meters(("north", "flat", 10)))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    with pytest.raises(ConfigurationError, match="--start"):
        release(dataset, store, "all", TimeGrid.of(T0, 3600, 10_500_000))


def test_dominance_is_that_of_the_values_that_were_told(
    make: Make, store: MemoryStore, write: Write
) -> None:
    """A correction afterwards makes the told sum of the north no less one customer's."""
    groups = meters(("north", "flat", 10), ("south", "house", 10))
    readings, customers = write(groups, lambda m, h: 100.0 if m == 2 else (1.0 if m < 10 else 9.0))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    release(dataset, store, "all")
    corrected, _ = write(groups, lambda m, h: 1.0 if m < 10 else 9.0, name="corrected.csv")
    ingest(dataset, store, [corrected])
    with pytest.raises(Refused):
        release(dataset, store, "branch")


def test_a_block_that_lost_somebody_by_hand_is_not_counted(
    make: Make, store: MemoryStore, write: Write
) -> None:
    readings, customers = write(meters(("north", "flat", 15)))
    dataset = make()
    ingest(dataset, store, [readings], customers=customers)
    assert release(dataset, store, "all", TimeGrid.of(T0, 3600, 1)).customers[0, 0] == 15
    roster = dataset.roster()
    del roster.customers[next(iter(roster.customers))]
    dataset.keep(roster)
    assert release(dataset, store, "all").customers[0].tolist() == [15] + [10] * 5
