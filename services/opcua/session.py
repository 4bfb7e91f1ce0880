"""A session of ours: asyncua's with all its corrections."""

from __future__ import annotations

from services.opcua.corrections.attributes import Attributes
from services.opcua.corrections.browsing import Browsing
from services.opcua.corrections.calls import Calls
from services.opcua.corrections.ownership import Ownership
from services.opcua.history.service import Recalling
from services.opcua.history.update import Unchanging


class Session(Attributes, Browsing, Calls, Ownership, Recalling, Unchanging):
    """What a client may do, and how it is done."""
