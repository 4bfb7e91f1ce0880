"""Samples into windows, windows into blocks."""

from __future__ import annotations

import numpy as np

from rami.core.quality import Family, Reason, good, quality
from rami.functional.diagnosis.means import Means

BAD = np.array([quality(Family.BAD, Reason.STALE)], np.uint32)


def test_a_block_is_given_when_a_sample_of_the_next_one_comes() -> None:
    means = Means(1, 10, 30)
    given = [means.add(ns, np.array([float(ns)]), good(1)) for ns in range(0, 35, 5)]
    assert [g is not None for g in given] == [False] * 6 + [True]
    assert given[-1] is not None
    assert given[-1].ravel().tolist() == [2.5, 12.5, 22.5]


def test_bad_samples_do_not_count_and_half_must_be_usable() -> None:
    means = Means(1, 10, 10)
    for value, mark in ((1.0, good(1)), (99.0, BAD)):
        means.add(0, np.array([value]), mark)
    rows = means.add(10, np.array([np.nan]), good(1))
    assert rows is not None
    assert rows.ravel().tolist() == [1.0]
    means.add(11, np.array([99.0]), BAD)
    rows = means.add(20, np.array([0.0]), good(1))
    assert rows is not None
    assert np.isnan(rows).all()


def test_windows_without_samples_are_unknown() -> None:
    means = Means(1, 10, 30)
    means.add(0, np.array([1.0]), good(1))
    rows = means.add(65, np.array([2.0]), good(1))
    assert rows is not None
    np.testing.assert_array_equal(rows.ravel(), [1.0, np.nan, np.nan])
    assert means.block == 2
    last = means.end()
    assert last is not None
    np.testing.assert_array_equal(last.ravel(), [2.0, np.nan, np.nan])
