"""What energy supply and district heating have in common: networks kept warm by automation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twins.twin import Twin

if TYPE_CHECKING:
    from rami.functional.technical import BaseAutomation


class Supply(Twin):
    """Networks whose converters run by base automation, with or without a plan."""

    def controller(self) -> BaseAutomation:
        """Keeps the flow temperatures in merit order; ControlError."""
        from rami.functional.technical import BaseAutomation

        return BaseAutomation(self.topology, self.period_s)
