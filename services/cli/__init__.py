"""The command `rami`."""

from services.cli.application import app, main

__all__ = ["app", "main"]
