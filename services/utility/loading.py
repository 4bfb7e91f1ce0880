"""Reads a utility's file with all its problems at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rami.asset.district.declaration import District
from rami.asset.district.scaling import scaled
from rami.core.errors import ConfigurationError, Problem
from rami.core.timegrid import instant
from rami.core.wording import did_you_mean
from services.negotiation.loading import load_district
from services.utility.declaration import UtilityDeclaration
from twins.site.own_file import declares, read_own

if TYPE_CHECKING:
    from rami.core.historian import Store
    from rami.information.meters.settings import MeterDataset
    from rami.information.source import DataSource


@dataclass(frozen=True)
class Utility:
    """One utility's file, as the assembly of services and the commands on meters want a site."""

    file: Path
    declaration: UtilityDeclaration

    @property
    def name(self) -> str:
        """Its own name."""
        return self.declaration.utility

    @property
    def folder(self) -> Path:
        """Where relative file names start."""
        return self.file.parent

    @cached_property
    def district(self) -> District:
        """Its district, in the size that the file says. Raises ConfigurationError."""
        district = load_district(self.folder / self.declaration.district)
        groups = self.declaration.groups
        return district if groups is None else scaled(district, groups)

    @property
    def since_ns(self) -> int:
        """First midnight with data."""
        return instant(self.declaration.since)

    def where(self, path: str) -> str:
        """A place in the file, for problems."""
        return f"{self.file}: {path}"

    def open_store(self) -> Store:
        """Its historian; close it."""
        return self.declaration.historian.open(self.folder)

    def open_data(self, quantities: dict[str, str]) -> DataSource:
        """Its data source for series by name and quantity. Raises DataError."""
        from rami.information.series import Series

        series = {name: Series(name, quantity) for name, quantity in quantities.items()}
        return cast(Any, self.declaration.data).open(self.folder, series)  # type: ignore[no-any-return]


def is_utility(file: Path) -> bool:
    """Whether a file is one of a utility, by its key `utility`."""
    return declares(file, "utility")


def load_utility(file: Path | str) -> Utility:
    """The utility that a file declares. Raises ConfigurationError with every problem."""
    path = Path(file)
    # patterns of files may name what is not there yet
    declared = read_own(path, UtilityDeclaration)
    utility = Utility(path, declared)
    problems = list(_checked(utility))
    if problems:
        raise ConfigurationError(problems)
    return utility


def _named(utility: Utility, name: str, dataset: MeterDataset) -> Iterator[Problem]:
    """What a service names of a dataset and the dataset does not have."""
    service = utility.declaration.services[name]
    for key, there in (
        ("group", dataset.groups), ("section", dataset.groups),
        ("recipient", tuple(dataset.recipients)), ("register_", tuple(dataset.registers)),
    ):  # fmt: skip
        said = getattr(service, key, None)
        if said is not None and said not in there:
            word = key.rstrip("_")
            hint = did_you_mean(said, there) if there else f"the dataset declares no {word}"
            where = utility.where(f"services.{name}.{word}")
            yield Problem(where, f"the dataset has no {word} {said!r}", hint)


def _checked(utility: Utility) -> list[Problem]:
    declared, found = utility.declaration, []
    try:
        ZoneInfo(declared.zone)
    except (ZoneInfoNotFoundError, ValueError):
        found.append(Problem(utility.where("zone"), f"no time zone {declared.zone!r}"))
    for name, service in declared.services.items():
        dataset = getattr(service, "dataset", None)
        if dataset is not None and dataset not in declared.meters:
            hint = did_you_mean(dataset, declared.meters) if declared.meters else "declare it"
            what = f"no dataset {dataset!r}"
            found.append(Problem(utility.where(f"services.{name}.dataset"), what, hint))
        elif dataset is not None:
            found += _named(utility, name, declared.meters[dataset])
    return found
