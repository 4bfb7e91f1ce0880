"""Hole: Browse gives everything at once, to everybody; there is no BrowseNext.

asyncua looks all subtypes of a reference type up anew for each reference, ignores the number of
references asked for, and raises at BrowseNext.

Here subtypes are looked up once, nodes that a role may not see are left out, and what is more than
asked for waits behind a continuation point of the session, of which there are only so many.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import Any

from asyncua import ua
from asyncua.server.address_space import ViewService
from asyncua.ua.ua_binary import struct_from_binary

from rami.communication.information_model.access import Right
from services.opcua.corrections.garbled import refused
from services.opcua.corrections.sessions import BoundSession
from services.opcua.corrections.written_for import Correction

CORRECTION = Correction(
    "Browse gives everything at once, there is no BrowseNext",
    security=True,
    parts={
        "server.address_space:ViewService": "7c8f9de47a919449",
        "server.internal_session:InternalSession.browse": "7e7e9f7a7760834a",
        "server.internal_session:InternalSession.browse_next": "1e05cae3562bcff7",
    },
)
_SC = ua.StatusCodes
#: references in one answer
_MOST = 1000


class View(ViewService):  # type: ignore[misc]
    """asyncua's, with subtypes kept; types are not added while it runs."""

    def __init__(self, aspace: Any) -> None:
        super().__init__(aspace)
        self._below: dict[Any, frozenset[Any]] = {}

    def _get_sub_ref(self, ref: Any) -> Any:
        kept = self._below.get(ref)
        if kept is None:
            kept = frozenset(super()._get_sub_ref(ref))
            if self._aspace.get(ref) is not None:
                self._below[ref] = kept
        return kept

    def forget(self) -> None:
        """After types were added."""
        self._below.clear()


class Browsing(BoundSession):
    """Views of a session."""

    async def browse(self, params: Any) -> list[Any]:
        """References of each node asked for, as many as asked for."""
        if not params.NodesToBrowse:
            raise refused(_SC.BadNothingToDo)
        if len(params.NodesToBrowse) > self.guards.settings.limits.operations:
            raise refused(_SC.BadTooManyOperations)
        if not params.View.ViewId.is_null():
            raise refused(_SC.BadViewIdUnknown)
        most = min(params.RequestedMaxReferencesPerNode or _MOST, _MOST)
        return [self._browsed(item, most) for item in params.NodesToBrowse]

    def _browsed(self, item: Any, most: int) -> Any:
        result = ua.BrowseResult()
        if not self._seen(item.NodeId):
            result.StatusCode = ua.StatusCode(_SC.BadNodeIdUnknown)
            return result
        if item.BrowseDirection not in (0, 1, 2):
            result.StatusCode = ua.StatusCode(_SC.BadBrowseDirectionInvalid)
            return result
        suitable = self.iserver.view_service._is_suitable_ref
        found = [
            reference
            for reference in self.aspace[item.NodeId].references
            if suitable(item, reference) and self._seen(reference.NodeId)
        ]
        self._hand_out(result, found, most)
        return result

    def _seen(self, node: Any) -> bool:
        if node not in self.aspace:
            return False
        return bool(self.guards.permissions.may(self.caller.role, Right.BROWSE, node))

    def _hand_out(self, result: Any, found: list[Any], most: int) -> None:
        result.References, rest = found[:most], found[most:]
        if not rest:
            return
        if len(self.points) >= self.guards.settings.limits.continuation_points:
            result.References = []
            result.StatusCode = ua.StatusCode(_SC.BadNoContinuationPoints)
            return
        point = os.urandom(8)
        self.points[point] = (rest, most)
        result.ContinuationPoint = point

    @property
    def points(self) -> OrderedDict[bytes, tuple[list[Any], int]]:
        """References that wait, by continuation point."""
        if not hasattr(self, "_points"):
            self._points: OrderedDict[bytes, tuple[list[Any], int]] = OrderedDict()
        return self._points

    async def browse_next(self, parameters: Any) -> list[Any]:
        """What is behind continuation points, or nothing where they are released."""
        if not parameters.ContinuationPoints:
            raise refused(_SC.BadNothingToDo)
        results = []
        for point in parameters.ContinuationPoints:
            result = ua.BrowseResult()
            kept = self.points.pop(point, None)
            if kept is None:
                result.StatusCode = ua.StatusCode(_SC.BadContinuationPointInvalid)
            elif not parameters.ReleaseContinuationPoints:
                self._hand_out(result, *kept)
            results.append(result)
        return results

    async def translate_browsepaths_to_nodeids(self, params: list[Any]) -> list[Any]:
        """As in asyncua, without what a role may not see."""
        results = []
        for path in params:
            if not path.RelativePath.Elements:
                result = ua.BrowsePathResult(StatusCode=ua.StatusCode(_SC.BadNothingToDo))
            else:
                (result,) = self.iserver.view_service.translate_browsepaths_to_nodeids([path])
                result.Targets = [t for t in result.Targets if self._seen(t.TargetId)]
                if result.StatusCode.is_good() and not result.Targets:
                    result.StatusCode = ua.StatusCode(_SC.BadNoMatch)
            results.append(result)
        return results


async def browse_next(channel: Any, session: Any, header: Any, seqhdr: Any, body: Any) -> None:
    """The service, which asyncua's dispatcher does not know."""
    wanted = struct_from_binary(ua.BrowseNextParameters, body)
    response = ua.BrowseNextResponse()
    response.Parameters.Results = await session.browse_next(wanted)
    channel.send_response(header.RequestHandle, seqhdr, response)
