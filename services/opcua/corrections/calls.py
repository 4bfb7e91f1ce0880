"""Hole: whoever calls a method is not known to it, and everybody may.

Callbacks get the object and the arguments, not the caller; arguments are not checked.

Here the matrix decides who may call, arguments are checked against the declared types before
anything happens, a call is in the audit before it counts, and whoever carries it out is told who
wants it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Right
from services.opcua.corrections.sessions import BoundSession
from services.opcua.corrections.written_for import Correction
from services.opcua.security.acts import Called

CORRECTION = Correction(
    "whoever calls a method is not known to it",
    security=True,
    parts={
        "server.internal_session:InternalSession.call": "24eb4505b8ba5791",
        "server.address_space:MethodService": "e8b2a58cdf1337ff",
    },
)
_SC = ua.StatusCodes


class WrongInputs(Exception):
    """Arguments that a method cannot take: a StatusCode for each, 0 where it can."""

    def __init__(self, codes: Sequence[int]) -> None:
        super().__init__(str(codes))
        self.codes = [int(code) for code in codes]


@dataclass(frozen=True)
class Method:
    """What is done at a call: `kinds` are the VariantTypes of the arguments.

    `look`, where there is one, takes the object and the arguments before anything happens, and
    raises WrongInputs. `run` takes the caller (the session where it is `of_session`), the object
    and the arguments, and gives a status and results.
    """

    name: str
    kinds: Sequence[Any]
    run: Callable[[Any, Any, list[Any]], Awaitable[tuple[Any, list[Any]]]]
    of_session: bool = False
    look: Callable[[Any, list[Any]], None] | None = None


class Calls(BoundSession):
    """Methods called through a session."""

    async def call(self, params: list[Any]) -> list[Any]:
        """A result for each method, one after the other."""
        return [await self._called(item) for item in params]

    async def _called(self, item: Any) -> Any:
        permissions, caller = self.guards.permissions, self.caller
        for node, code in ((item.ObjectId, 0), (item.MethodId, _SC.BadMethodInvalid)):
            known = node in self.aspace and permissions.may(caller.role, Right.BROWSE, node)
            if not known and not (node is item.ObjectId and self.iserver.conditions(node)):
                return _ended(code or _SC.BadNodeIdUnknown)
        if not permissions.may(caller.role, Right.CALL, item.MethodId):
            self.guards.trail.tell(caller.who, _path(item), "", "refused", _act(item))
            return _ended(_SC.BadUserAccessDenied)
        method = self.iserver.methods.get(item.MethodId)
        if method is None:
            return _ended(_SC.BadMethodInvalid)
        alarm = self.iserver.conditions(item.ObjectId) and item.MethodId.NamespaceIndex == 0
        if not (alarm or _belongs(self.aspace, item)):
            return _ended(_SC.BadMethodInvalid)
        given = item.InputArguments or []
        wrong = _mismatch(method.kinds, given)
        if wrong is not None:
            return wrong
        values = [variant.Value for variant in given]
        if method.look is not None:
            try:
                method.look(item.ObjectId, values)
            except WrongInputs as unfit:
                told = ", ".join(ua.StatusCode(code).name for code in unfit.codes if code)
                self.guards.trail.tell(caller.who, _path(item), told, "refused", _act(item))
                return _inputs(unfit.codes)
        why = ", ".join(f"{v!r}" for v in values)
        if not await self.guards.trail.kept(caller.who, _path(item), why, "asked"):
            return _ended(_SC.BadUserAccessDenied)
        acting = self if method.of_session else caller
        status, told = await method.run(acting, item.ObjectId, values)
        outcome = "done" if status.is_good() else "failed"
        self.guards.trail.tell(caller.who, _path(item), status.name, outcome, _act(item))
        result = ua.CallMethodResult(StatusCode=status)
        result.InputArgumentResults = [ua.StatusCode() for _ in given]
        result.OutputArguments = told
        return result


def _belongs(aspace: Any, item: Any) -> bool:
    """Whether the object, or its type, has the method."""
    own = ua.NodeId(ua.ObjectIds.HasTypeDefinition)
    places = [item.ObjectId]
    places += [r.NodeId for r in aspace[item.ObjectId].references if r.ReferenceTypeId == own]
    return any(
        r.NodeId == item.MethodId and r.IsForward
        for place in places
        if place in aspace
        for r in aspace[place].references
    )


def _mismatch(kinds: Sequence[Any], given: list[Any]) -> Any | None:
    if len(given) != len(kinds):
        few = len(given) < len(kinds)
        return _ended(_SC.BadArgumentsMissing if few else _SC.BadTooManyArguments)
    fits = [
        v.VariantType == kind and not isinstance(v.Value, list)
        for v, kind in zip(given, kinds, strict=True)
    ]
    if all(fits):
        return None
    return _inputs([0 if fit else int(_SC.BadTypeMismatch) for fit in fits])


def _inputs(codes: Sequence[int]) -> Any:
    """Told by argument (Part 4, 5.11.2)."""
    result = _ended(_SC.BadInvalidArgument)
    result.InputArgumentResults = [ua.StatusCode(code) for code in codes]
    return result


def _act(item: Any) -> Called:
    return Called(item.ObjectId, item.MethodId, item.InputArguments or [])


def _path(item: Any) -> str:
    return f"{item.ObjectId.Identifier} {item.MethodId.Identifier}"


def _ended(code: int) -> Any:
    return ua.CallMethodResult(StatusCode=ua.StatusCode(code))
