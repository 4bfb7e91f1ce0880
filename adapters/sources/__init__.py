"""Where external data come from, one package per kind of source."""
