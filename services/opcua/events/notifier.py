"""Events and alarms of a running site to whoever subscribed to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asyncua import ua

from rami.communication.information_model.site_model import SiteModel
from rami.communication.live_site import LiveSite
from rami.core.event import Event
from services.opcua.events.alarm import Alarm, alarm_happening
from services.opcua.events.alarms import Alarms, Key, remember, those_of
from services.opcua.events.fields import EventIds, base_fields
from services.opcua.events.happening import Happening, Lineage
from services.opcua.events.own import own_happening
from services.opcua.events.places import SERVER, Places
from services.opcua.server import OpcuaServer

_IDS = ua.ObjectIds


class Notifier:
    """Follows the events of `site` in the server's loop; nothing here waits.

    On asyncua's plain path, which knows no roles, events are followed and told to nobody.
    """

    def __init__(self, server: OpcuaServer, model: SiteModel, site: LiveSite) -> None:
        self._server, self._site = server, site
        self.places = Places(server, model)
        self.lineage = Lineage(server.inner.aspace)
        self.ids, self.alarms = EventIds(), Alarms()
        self._last: int | None = None
        self._conditions: dict[Any, Key] = {}

    def take(self, events: Sequence[Event]) -> None:
        """Events that are new, in their order; what was missed is made up for."""
        for event in events:
            if self._last is None or event.number != self._last + 1:
                self._make_up()
            self._last = event.number
            self._tell(own_happening(event, self.places, self.lineage))
            for alarm in self.alarms.take(event):
                self._changed(alarm)

    def begin(self, last: int) -> None:
        """Alarms as they are now, after the event of number `last`."""
        self._last = last
        self._make_up()

    def _make_up(self) -> None:
        for alarm in self.alarms.agree(self._site.conditions(), self._site.view().time_ns):
            self._changed(alarm)

    def find(self, condition: Any) -> tuple[Key, Alarm | None] | None:
        """The alarm with a ConditionId; without its state where it is over, None for no id of
        an alarm."""
        key = self._conditions.get(condition)
        return None if key is None else (key, self.alarms.held.get(key))

    def knows(self, condition: Any) -> bool:
        """Whether this is the ConditionId of an alarm that there was."""
        return condition in self._conditions

    def refresh(self, items: Sequence[Any]) -> None:
        """Every alarm of interest once more, for event items of one subscription."""
        alarms = [self._alarm(a, a.ids[-1]) for a in those_of(self.alarms.held.values())]
        for event in (
            self._frame(_IDS.RefreshStartEventType, "alarms as they are"),
            *alarms,
            self._frame(_IDS.RefreshEndEventType, "those were all"),
        ):
            for item in items:
                whole = event.condition is None
                if whole or item.cell.node in event.places:
                    item.offer(event)

    def _changed(self, alarm: Alarm) -> None:
        event_id = self.ids.next()
        remember(alarm, event_id)
        self._tell(self._alarm(alarm, event_id))

    def _alarm(self, alarm: Alarm, event_id: bytes) -> Happening:
        key = (alarm.raised.source, alarm.raised.condition)
        condition = self.places.condition(*key)
        self._conditions[condition] = key
        return alarm_happening(alarm, event_id, self.places, self.lineage, condition)

    def _frame(self, number: int, text: str) -> Happening:
        kind = ua.NodeId(number)
        at = self._site.view().time_ns
        fields = base_fields(self.ids.next(), kind, SERVER, "Server", at, text, 1)
        return Happening(kind, self.lineage.of(kind), fields, (SERVER,))

    def _tell(self, event: Happening) -> None:
        if self._server.inner.quick:
            self._server.inner.subscription_service.happened(event)
