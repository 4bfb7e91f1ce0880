"""The roster of a dataset: identities with their groups and their block, beside the keys."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem
from rami.information.meters.private_file import read_private, write_private

#: customers without block
WAITING, RETIRED = 0, -1


@dataclass
class Customer:
    """Values by grouping ("" where unknown); `block` counts from 1."""

    groups: tuple[str, ...]
    block: int = WAITING


@dataclass
class Roster:
    """Customers by identity, in the order they came in."""

    groupings: tuple[str, ...]
    customers: dict[str, Customer] = field(default_factory=dict)

    def add(self, identities: Iterable[str]) -> int:
        """Customers seen for the first time; how many."""
        nothing = ("",) * len(self.groupings)
        fresh = [one for one in identities if one not in self.customers]
        self.customers.update({one: Customer(nothing) for one in fresh})
        return len(fresh)

    def place(self, groups: Mapping[str, tuple[str, ...]]) -> None:
        """Set groups. One who changes group after its block was formed leaves it for good."""
        self.add(groups)
        for one, values in groups.items():
            customer = self.customers[one]
            if customer.groups == values:
                continue
            if customer.block > 0:
                self.retire(customer.block)
            customer.groups = values

    def retire(self, block: int) -> None:
        """Count nobody of a block any more: what is left must not be had by difference."""
        for customer in self.customers.values():
            if customer.block == block:
                customer.block = RETIRED

    def remove(self, one: str) -> bool:
        """Forget a customer; its block ends. Whether it was there."""
        customer = self.customers.pop(one, None)
        if customer and customer.block > 0:
            self.retire(customer.block)
        return customer is not None

    def members(self) -> dict[int, list[str]]:
        """Identities by block, in block order."""
        found: dict[int, list[str]] = {}
        for one, customer in self.customers.items():
            if customer.block > 0:
                found.setdefault(customer.block, []).append(one)
        return dict(sorted(found.items()))


def read_roster(file: Path, groupings: tuple[str, ...]) -> Roster:
    """The roster in a file, empty where there is none. Raises ConfigurationError."""
    roster = Roster(groupings)
    if not file.exists():
        return roster
    rows = list(csv.reader(StringIO(read_private(file).decode())))
    if rows[0] != ["identity", "block", *groupings]:
        kept = ", ".join(rows[0][2:]) or "none"
        raise ConfigurationError(
            [Problem(str(file), f"was made for groups: {kept}", "groups of a dataset are fixed")]
        )
    for one, block, *groups in rows[1:]:
        roster.customers[one] = Customer(tuple(groups), int(block))
    return roster


def write_roster(file: Path, roster: Roster) -> None:
    """Replace the file in one step."""
    text = StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["identity", "block", *roster.groupings])
    out.writerows([one, c.block, *c.groups] for one, c in roster.customers.items())
    write_private(file, text.getvalue().encode())
