"""NodeSet2 files (OPC UA Part 6, Annex F): what other servers and tools import."""

from rami.communication.nodeset2.document import nodeset2

__all__ = ["nodeset2"]
