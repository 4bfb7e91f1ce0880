"""Somebody who hears all that passes a site's broker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rami.communication.service.settings import BusSettings

if TYPE_CHECKING:
    from adapters.buses.mqtt import Observer


def observer(settings: BusSettings, folder: Path, heard: Callable[[str, bytes], None]) -> Observer:
    """With the keys in a party's `folder`; not yet connected. Raises ConfigurationError."""
    from adapters.buses.mqtt import Credentials, Observer

    return Observer(settings, Credentials.of(folder), heard)
