"""A running site made known: in the loop's process, in its run's folder, over a Unix socket."""

from services.control.address import SOCKET_FILE
from services.control.asking import ask
from services.control.journal import EVENTS_FILE, EventJournal, read_events
from services.control.published import Published
from services.control.remote import RemoteSite
from services.control.requests import Waiting
from services.control.server import ControlServer

__all__ = [
    "EVENTS_FILE",
    "SOCKET_FILE",
    "ControlServer",
    "EventJournal",
    "Published",
    "RemoteSite",
    "Waiting",
    "ask",
    "read_events",
]
