"""Servers and clients for `opcua_serving`."""
