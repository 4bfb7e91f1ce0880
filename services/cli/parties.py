"""`rami parties`: enrolment, rotation, revocation."""

from __future__ import annotations

from pathlib import Path

from rami.core import units
from rami.core.errors import ConfigurationError, Problem
from services.cli.output import note, print_json, print_table
from services.platform.parties.registry import Parties


def enrol(folder: Path, name: str, sites: tuple[str, ...], roles: tuple[str, ...]) -> None:
    """A new party."""
    home = Parties(folder).enrol(name, sites, roles)
    note(f"{name} is enrolled; hand over {home} by a way that nobody else reads")


def listed(folder: Path, json: bool) -> None:
    """One line each."""
    known = Parties(folder).known()
    rows = [
        {
            "party": name,
            "sites": list(one.sites),
            "roles": list(one.roles),
            "enrolled": one.enrolled,
            "revoked": one.revoked,
            "keys": sorted(one.keys),
        }
        for name, one in sorted(known.items())
    ]
    if json:
        print_json(rows)
        return
    words = [[", ".join(v) if isinstance(v, list) else v for v in row.values()] for row in rows]
    print_table(("party", "sites", "roles", "enrolled", "revoked", "keys"), words)


def rotate(folder: Path, name: str, grace: str) -> None:
    """New keys."""
    try:
        grace_s = units.parse(grace, "time") if grace else 0.0
    except ValueError as error:
        raise ConfigurationError([Problem("--grace", str(error))]) from error
    home = Parties(folder).rotate(name, grace_s)
    note(f"{name} has new keys; hand over {home}")


def revoke(folder: Path, name: str) -> None:
    """No more."""
    Parties(folder).revoke(name)
    note(f"{name} is revoked")
