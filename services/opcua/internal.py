"""asyncua's inner server with sessions, views and subscriptions of ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asyncua import ua
from asyncua.server.internal_server import InternalServer

from services.opcua.corrections import notifying
from services.opcua.corrections.attributes import Taker
from services.opcua.corrections.browsing import View, browse_next
from services.opcua.corrections.calls import Method
from services.opcua.guards import Guards
from services.opcua.history.asked import Histories
from services.opcua.history.update import history_update
from services.opcua.session import Session

Service = Callable[[Any, Any, Any, Any, Any], Awaitable[None]]


class Inner(InternalServer):  # type: ignore[misc]
    """State of the server behind its connections.

    `takers` are the variables that can be written: VariantType and who takes the value.
    `methods` by the NodeId they are called by; `conditions` tells which NodeIds are alarms, which
    are called by and no nodes (Part 9, 5.2). `quick`: whether the fast path fits.
    """

    def __init__(self, guards: Guards, quick: bool) -> None:
        # the user manager is never asked: `corrections.sessions` lets people in
        super().__init__(user_manager=_Nobody())
        self.guards, self.quick = guards, quick
        limits = guards.settings.limits
        self.view_service = View(self.aspace)
        self.own_services: dict[int, Service] = {
            ua.ObjectIds.BrowseNextRequest_Encoding_DefaultBinary: browse_next,
            ua.ObjectIds.HistoryUpdateRequest_Encoding_DefaultBinary: history_update,
        }
        self.takers: dict[Any, tuple[Any, Taker]] = {}
        self.methods: dict[Any, Method] = {}
        self.conditions: Callable[[Any], bool] = lambda _: False
        self.histories = Histories()
        self.max_connections = limits.connections
        self.max_session_timeout_ms = limits.session_timeout * 1000.0
        self.min_session_timeout_ms = 10_000.0
        self.max_monitored_item_queue_size = limits.queue
        self.max_unacked_messages_per_subscription = limits.unacknowledged
        self.supported_tokens = (
            (ua.AnonymousIdentityToken,)
            if guards.settings.insecure
            else (ua.UserNameIdentityToken,)
        )
        self._by_id: dict[Any, Any] = {}
        if quick:
            notifying.install(self)

    def create_session(self, name: str, user: Any = None, external: bool = False) -> Any:
        """A session of ours for clients."""
        return Session(self, self.aspace, self.subscription_service, name)

    def session_by_id(self, session_id: Any) -> Any:
        """The session with this id; None where it has ended."""
        return self._by_id.get(session_id)

    def register_external_session(self, session: Any) -> None:
        """As in asyncua."""
        super().register_external_session(session)
        self._by_id[session.session_id] = session

    def unregister_external_session(self, session: Any) -> None:
        """As in asyncua."""
        super().unregister_external_session(session)
        self._by_id.pop(session.session_id, None)


class _Nobody:
    """Lets nobody in."""

    def get_user(self, *_: Any, **__: Any) -> None:
        """None."""
