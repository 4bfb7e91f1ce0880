"""The OPC UA server of a running site."""
