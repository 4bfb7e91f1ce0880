"""Event filters: which fields of which events a subscriber gets (Part 4, 7.22.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asyncua import ua

from services.opcua.events.happening import Happening, Lineage
from services.opcua.events.where import Where, WrongClause, path_of

_A, _SC = ua.AttributeIds, ua.StatusCodes
_CLAUSES = 200
_NULL = ua.Variant()

Field = Callable[[Happening], Any]


class Wanted:
    """A filter that is taken; `told` is what the client is told of it.

    A field that an event does not have is null, whatever type the clause names.
    """

    def __init__(self, select: list[Field], where: Where, told: Any) -> None:
        self._select, self._where, self.told = select, where, told

    def fields(self, event: Happening) -> list[Any] | None:
        """Variants as selected; None where the event is not wanted."""
        if not self._where.holds(event):
            return None
        return self.selected(event)

    def selected(self, event: Happening) -> list[Any]:
        """Its fields, wanted or not."""
        return [field(event) for field in self._select]


class WrongFilter(Exception):
    """A filter that cannot be taken, its StatusCode, and what the client is told of it."""

    def __init__(self, code: int, told: Any = None) -> None:
        super().__init__(code)
        self.code, self.told = int(code), told


def event_filter(given: Any, lineage: Lineage) -> Wanted:
    """Look at a filter. Raises WrongFilter."""
    if not isinstance(given, ua.EventFilter):
        raise WrongFilter(_SC.BadEventFilterInvalid)
    clauses = list(given.SelectClauses or [])
    if not 0 < len(clauses) <= _CLAUSES:
        raise WrongFilter(_SC.BadEventFilterInvalid)
    told = ua.EventFilterResult()
    select = []
    for clause in clauses:
        field, code = _field(clause)
        select.append(field)
        told.SelectClauseResults.append(ua.StatusCode(code))
    try:
        where = Where(given.WhereClause, lineage)
    except WrongClause as wrong:
        told.WhereClauseResult.ElementResults = [
            ua.ContentFilterElementResult(StatusCode=ua.StatusCode(code)) for code in wrong.codes
        ]
        raise WrongFilter(_SC.BadEventFilterInvalid, told) from None
    return Wanted(select, where, told)


def _field(clause: Any) -> tuple[Field, int]:
    if clause.IndexRange:
        return _nothing, int(_SC.BadIndexRangeInvalid)
    if not clause.BrowsePath:
        if clause.AttributeId == _A.NodeId:
            return _condition, 0
        return _nothing, int(_SC.BadAttributeIdInvalid)
    if clause.AttributeId != _A.Value:
        return _nothing, int(_SC.BadAttributeIdInvalid)
    path = path_of(clause.BrowsePath)
    return (lambda event: event.field(path)), 0


def _nothing(_: Happening) -> Any:
    return _NULL


def _condition(event: Happening) -> Any:
    if event.condition is None:
        return _NULL
    return ua.Variant(event.condition, ua.VariantType.NodeId)
