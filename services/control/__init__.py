"""A running site made known: in the loop's process, in its run's folder, over a Unix socket."""

from services.control.journal import EVENTS_FILE, EventJournal
from services.control.published import Published
from services.control.requests import Waiting

__all__ = ["EVENTS_FILE", "EventJournal", "Published", "Waiting"]
