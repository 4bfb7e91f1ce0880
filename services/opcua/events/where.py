"""Where clauses: which events a subscriber wants (Part 4, 7.7)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from asyncua import ua

from services.opcua.events.happening import Happening, Lineage
from services.opcua.events.likeness import like

_SC, _OP = ua.StatusCodes, ua.FilterOperator
#: elements of a clause, operands of an element, characters of a pattern
_ELEMENTS, _OPERANDS, _PATTERN = 100, 100, 500

#: what an operand or an element comes to: a plain value, None for null
Told = Callable[[Happening, list[Any]], Any]
_COMPARED: dict[Any, Callable[[Any, Any], bool]] = {
    _OP.Equals: operator.eq,
    _OP.GreaterThan: operator.gt,
    _OP.LessThan: operator.lt,
    _OP.GreaterThanOrEqual: operator.ge,
    _OP.LessThanOrEqual: operator.le,
}
_COUNTS: dict[Any, tuple[int, int]] = {
    **dict.fromkeys(_COMPARED, (2, 2)),
    _OP.IsNull: (1, 1),
    _OP.Like: (2, 2),
    _OP.Not: (1, 1),
    _OP.Between: (3, 3),
    _OP.InList: (2, _OPERANDS),
    _OP.And: (2, 2),
    _OP.Or: (2, 2),
    _OP.OfType: (1, 1),
    _OP.BitwiseAnd: (2, 2),
    _OP.BitwiseOr: (2, 2),
}


class WrongClause(Exception):
    """A clause that cannot be taken: StatusCodes by element."""

    def __init__(self, codes: list[int]) -> None:
        super().__init__(str(codes))
        self.codes = codes


class Where:
    """A clause. WrongClause where it is none, or asks for what is not supported.

    Elements refer to later ones only, so each is worked out once, from the last to the first.
    """

    def __init__(self, clause: Any, lineage: Lineage) -> None:
        elements = list(clause.Elements or [])
        self._lineage = lineage
        if len(elements) > _ELEMENTS:
            raise WrongClause([int(_SC.BadTooManyOperations)])
        codes, self._elements = [], list[Told]()
        for place, element in enumerate(elements):
            try:
                self._elements.append(self._element(element, place, len(elements)))
                codes.append(0)
            except _Wrong as wrong:
                codes.append(wrong.code)
        if any(codes):
            raise WrongClause(codes)

    def holds(self, event: Happening) -> bool:
        """Whether the event is wanted; null counts as no."""
        if not self._elements:
            return True
        results: list[Any] = [None] * len(self._elements)
        for place in range(len(self._elements) - 1, -1, -1):
            results[place] = self._elements[place](event, results)
        return results[0] is True

    def _element(self, element: Any, place: int, count: int) -> Told:
        sign, given = element.FilterOperator, list(element.FilterOperands or [])
        if sign not in _COUNTS:
            raise _Wrong(_SC.BadFilterOperatorUnsupported)
        least, most = _COUNTS[sign]
        if not least <= len(given) <= most:
            raise _Wrong(_SC.BadFilterOperandCountMismatch)
        if sign == _OP.OfType:
            return self._of_type(given[0])
        if sign == _OP.Like:
            return _like(_operand(given[0], place, count), given[1])
        told = [_operand(one, place, count) for one in given]
        return _combined(sign, told)

    def _of_type(self, given: Any) -> Told:
        wanted = given.Value.Value if isinstance(given, ua.LiteralOperand) else None
        if not isinstance(wanted, ua.NodeId):
            raise _Wrong(_SC.BadFilterOperandInvalid)
        if ua.NodeId(ua.ObjectIds.BaseEventType) not in self._lineage.of(wanted):
            raise _Wrong(_SC.BadNodeIdInvalid)
        return lambda event, _: wanted in event.lineage


class _Wrong(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = int(code)


def path_of(browse_path: Any) -> str:
    """A field's browse path; names of the standard and ours do not meet."""
    return "/".join(name.Name or "" for name in browse_path)


def _operand(given: Any, place: int, count: int) -> Told:
    if isinstance(given, ua.LiteralOperand):
        value = _plain(given.Value.Value if given.Value is not None else None)
        return lambda _, __: value
    if isinstance(given, ua.ElementOperand):
        index = given.Index
        if not place < index < count:
            raise _Wrong(_SC.BadFilterOperandInvalid)
        return lambda _, results: results[index]
    if isinstance(given, ua.SimpleAttributeOperand):
        if given.AttributeId == ua.AttributeIds.NodeId and not given.BrowsePath:
            return lambda event, _: event.condition
        if given.AttributeId != ua.AttributeIds.Value or not given.BrowsePath:
            raise _Wrong(_SC.BadAttributeIdInvalid)
        path = path_of(given.BrowsePath)
        return lambda event, _: _plain(event.field(path).Value)
    raise _Wrong(_SC.BadFilterOperandInvalid)


def _plain(value: Any) -> Any:
    return value.Text if isinstance(value, ua.LocalizedText) else value


def _like(text: Told, given: Any) -> Told:
    pattern = _plain(given.Value.Value) if isinstance(given, ua.LiteralOperand) else None
    if not isinstance(pattern, str) or len(pattern) > _PATTERN:
        raise _Wrong(_SC.BadFilterOperandInvalid)
    try:
        fits = like(pattern)
    except ValueError:
        raise _Wrong(_SC.BadFilterOperandInvalid) from None

    def told(event: Happening, results: list[Any]) -> bool | None:
        value = text(event, results)
        return fits(value) if isinstance(value, str) else None

    return told


def _combined(sign: Any, told: list[Told]) -> Told:
    compare = _COMPARED.get(sign)
    if compare is not None:
        return lambda e, r: _compared(compare, told[0](e, r), told[1](e, r))
    if sign == _OP.IsNull:
        return lambda e, r: told[0](e, r) is None
    if sign == _OP.Not:
        return lambda e, r: _not(told[0](e, r))
    if sign == _OP.And:
        return lambda e, r: _and(told[0](e, r), told[1](e, r))
    if sign == _OP.Or:
        return lambda e, r: _not(_and(_not(told[0](e, r)), _not(told[1](e, r))))
    if sign == _OP.Between:
        return lambda e, r: _and(
            _compared(operator.ge, told[0](e, r), told[1](e, r)),
            _compared(operator.le, told[0](e, r), told[2](e, r)),
        )
    if sign == _OP.InList:
        return lambda e, r: any(
            _compared(operator.eq, told[0](e, r), one(e, r)) is True for one in told[1:]
        )
    both = operator.and_ if sign == _OP.BitwiseAnd else operator.or_
    return lambda e, r: _compared(both, told[0](e, r), told[1](e, r))


def _compared(compare: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    """None where one of them is null, or they cannot be compared."""
    if one is None or other is None:
        return None
    try:
        return compare(one, other)
    except TypeError:
        return None


def _not(value: Any) -> bool | None:
    return None if not isinstance(value, bool) else not value


def _and(one: Any, other: Any) -> bool | None:
    """Of three values (Part 4, table 127)."""
    if one is False or other is False:
        return False
    return True if one is True and other is True else None
