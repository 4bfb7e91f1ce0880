"""Each figure beside its peer, measured in turns in one run: `make bench`."""
