"""The bus within one process."""

from adapters.buses.local.exchange import Exchange, LocalBus

__all__ = ["Exchange", "LocalBus"]
