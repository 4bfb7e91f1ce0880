"""HistoryUpdate (Part 4, 5.10.5): what is kept is changed by nobody; who tries is told so, and it
is in the audit."""

from __future__ import annotations

from typing import Any

from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary

from rami.communication.information_model.access import Right
from services.opcua.corrections.garbled import refused
from services.opcua.corrections.sessions import BoundSession
from services.opcua.security.acts import Updated

_SC = ua.StatusCodes


class Unchanging(BoundSession):
    """What a session would change of the past."""

    def history_update(self, wanted: list[Any]) -> list[Any]:
        """A refusal for each."""
        return [ua.HistoryUpdateResult(StatusCode=ua.StatusCode(self._why(d))) for d in wanted]

    def _why(self, details: Any) -> int:
        node = getattr(details, "NodeId", None)
        if node is None:
            return int(_SC.BadHistoryOperationInvalid)
        kind = type(details).__name__
        act = Updated(node, getattr(details, "data_type", ua.NodeId()))
        self.guards.trail.tell(self.caller.who, str(node.Identifier), kind, "refused", act)
        if node not in self.aspace or not self.guards.permissions.may(
            self.caller.role, Right.BROWSE, node
        ):
            return int(_SC.BadNodeIdUnknown)
        return int(_SC.BadHistoryOperationUnsupported)


async def history_update(channel: Any, session: Any, header: Any, seqhdr: Any, body: Any) -> None:
    """The service, which asyncua's dispatcher does not know."""
    wanted = struct_from_binary(ua.HistoryUpdateParameters, body).HistoryUpdateDetails
    if not wanted:
        raise refused(_SC.BadNothingToDo)
    response = ua.HistoryUpdateResponse()
    response.Results = session.history_update(wanted)
    channel.send_response(header.RequestHandle, seqhdr, response)
