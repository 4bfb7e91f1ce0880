"""One module per outside thing, none knowing another."""
