"""A site as it was declared, checked and wired."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from rami.asset.topology import SiteTopology
from rami.business.tariffs import Business
from rami.core.errors import ConfigurationError, Problem, RamiError
from rami.functional.strategy.settings import StrategySettings
from twins.site.faults import Faults
from twins.site.schema import SiteDeclaration
from twins.site.schema.clock import Clock
from twins.site.schema.external import External
from twins.site.schema.study import Study
from twins.site.schema.twin import TwinDeclaration


@dataclass(frozen=True)
class Site:
    """One site file. `folder` is where file names in it start, `warnings` are worth a look.

    `topology` holds every twin with its wiring spelled out.
    """

    file: Path
    declaration: SiteDeclaration
    topology: SiteTopology
    warnings: tuple[Problem, ...] = ()
    _places: Faults | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The site's own name."""
        return self.declaration.site

    @property
    def folder(self) -> Path:
        """Where relative file names of the declaration start."""
        return self.file.parent

    @property
    def clock(self) -> Clock:
        """Span and steps of a run."""
        return self.declaration.clock

    @property
    def twins(self) -> Mapping[str, TwinDeclaration]:
        """The twins as declared, by name."""
        return self.declaration.twins

    @property
    def data(self) -> BaseModel:
        """Configuration of the data source."""
        return self.declaration.data

    @property
    def external(self) -> Mapping[str, External]:
        """Further sources by name, in the order they are laid over `data`."""
        return self.declaration.external

    @property
    def strategy(self) -> StrategySettings:
        """How plans are made."""
        return self.declaration.strategy

    @property
    def business(self) -> Business:
        """Owners, tariffs, factors."""
        return self.declaration.business

    @property
    def study(self) -> Study | None:
        """The seasons of a study, where the file names any."""
        return self.declaration.study

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all that the file means."""
        return hashlib.sha256(json.dumps(self.meant, sort_keys=True).encode()).hexdigest()

    @cached_property
    def meant(self) -> Mapping[str, Any]:
        """All that the file means, in plain terms: the same for `4 MW` and `4000 kW`.

        Comments, the order of keys, the description, the OPC UA server, the bus and the file's
        place do not count.
        """
        aside = {"description", "opcua", "bus"}
        # a site without services means what it always did
        aside |= {name for name in ("services", "zones") if not getattr(self.declaration, name)}
        return self.declaration.model_dump(mode="json", exclude=aside)

    def where(self, path: str) -> str:
        """`file:line:column: path` of a dotted path such as `twins.hts.components.hp`.

        The nearest place above where the file does not have it; `hts.hp` is understood too.
        """
        if self._places is None:
            return path
        steps = path.split(".")
        if steps[0] in self.twins:
            twin, *rest = steps
            declared = self.twins[twin]
            section = "networks" if rest and rest[0] in declared.networks else "components"
            steps = ["twins", twin, section, *rest]
        return self._places.where(steps, at_key=True)[1]

    def located(self, error: RamiError) -> tuple[Problem, ...]:
        """What an error of a later step says, at the place in the file that it is about.

        A line `hts: a pump is missing around hp` is put at the first component it names.
        """
        if isinstance(error, ConfigurationError):
            return tuple(self._placed(problem) for problem in error.problems)
        return tuple(self._line(text) for text in str(error).splitlines())

    def _placed(self, problem: Problem) -> Problem:
        first = problem.where.split(".")[0]
        if first in SiteDeclaration.model_fields or first in self.twins:
            return replace(problem, where=self.where(problem.where))
        return problem

    def _line(self, text: str) -> Problem:
        twin, colon, what = text.partition(": ")
        if not colon or twin not in self.twins:
            return Problem("", text)
        declared = self.twins[twin].components
        for word in re.findall(r"[a-z][a-z0-9_]*", what):
            named = [name for name in declared if word == name or word.startswith(f"{name}_")]
            if named:
                return Problem(self.where(f"{twin}.{max(named, key=len)}"), what)
        return Problem(self.where(f"twins.{twin}"), what)
