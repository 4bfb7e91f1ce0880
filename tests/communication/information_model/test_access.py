"""The matrix of roles, cell by cell."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rami.communication.information_model import RIGHTS, Access, Person, Right, VariableNode, may
from rami.communication.information_model.access import access_level, role_permissions
from rami.communication.information_model.methods import METHODS
from tests.communication.sites import reference_model

#: b browse, r read, w write, c call, h history, e events; observer, operator, engineer, admin
MATRIX = """
structure       brhe brhe brhe brhe
measurement     brh  brh  brh  brh
set_point       brh  brhw brhw brhw
mode            brh  brh  brh  brh
backend         brh  brh  brh  brh
schedule        brh  brh  brh  brh
strategy        br   br   br   br
configuration   b    b    br   br
security        -    -    -    br
audit           -    -    br   brhe
ChangeMode      b    b    bc   bc
SwapBackend     b    b    bc   bc
Replan          b    bc   bc   bc
ApplySchedule   b    bc   bc   bc
RejectSchedule  b    bc   bc   bc
SetManual       b    bc   bc   bc
GiveBack        b    bc   bc   bc
Emergency       b    bc   bc   bc
Release         b    b    bc   bc
Acknowledge     b    bc   bc   bc
Checkpoint      b    b    bc   bc
Stop            b    b    b    bc
"""
LETTERS = dict(zip("brwche", Right, strict=True))
ROWS = [line.split() for line in MATRIX.split("\n") if line]


def test_the_matrix_is_whole() -> None:
    assert [row[0] for row in ROWS] == [access.value for access in Access]
    assert set(RIGHTS) == {(person, access) for person in Person for access in Access}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_cell(row: list[str]) -> None:
    access = Access(row[0])
    for person, letters in zip(Person, row[1:], strict=True):
        wanted = {LETTERS[letter] for letter in letters if letter != "-"}
        assert {right for right in Right if may(person, right, access)} == wanted


def test_nobody_may_less_than_the_role_before() -> None:
    for access in Access:
        for before, after in pairwise(Person):
            assert RIGHTS[before, access] & RIGHTS[after, access] == RIGHTS[before, access]


def test_methods_are_called_and_variables_are_not() -> None:
    for access in Access:
        rights = RIGHTS[Person.ADMIN, access]
        assert (Right.CALL in rights) == access.is_method
        assert not (access.is_method and Right.READ in rights)
    assert {m.access for m in METHODS} == {a for a in Access if a.is_method} - {Access.ACKNOWLEDGE}


def test_permissions_in_the_standards_bits() -> None:
    given = {role.identifier: bits for role, bits in role_permissions(Access.SET_POINT)}
    see = 1 << 0 | 1 << 5 | 1 << 7
    assert given == {
        15668: see,
        15680: see | 1 << 6,
        16036: see | 1 << 6,
        15704: see | 1 << 6,
        15716: see | 1 << 6,
    }
    hidden = role_permissions(Access.SECURITY)
    assert {role.identifier for role, _ in hidden} == {15704, 15716}
    assert access_level(Access.SET_POINT, historized=True) == 7
    assert access_level(Access.MEASUREMENT) == 1


def test_only_set_points_are_writable() -> None:
    model = reference_model()
    writable = {n.id for n in model.nodes.of(VariableNode) if n.access_level & 2}
    assert writable == {n.id for n in model.nodes.of(VariableNode) if n.access is Access.SET_POINT}
    assert writable <= {v for twin in model.variables.values() for v in twin}
    assert writable
