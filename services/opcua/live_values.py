"""Where a running site's values go: blocks of numbers by twin, everything else one by one."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from asyncua import ua
from numpy.typing import NDArray

from rami.communication.information_model.node import VariableNode
from rami.communication.information_model.node_id import NodeId
from rami.communication.information_model.site_model import SiteModel
from rami.communication.information_model.values import Range
from rami.communication.live_site import SiteView
from rami.core.quality import worst
from services.opcua.feed import Moment
from services.opcua.live.block import Block
from services.opcua.live.plain_block import PlainBlock
from services.opcua.server import OpcuaServer
from services.opcua.shown import Shown, plan_shown, site_shown, twin_shown
from services.opcua.status import status_codes

#: UncertainNoCommunicationLastUsableValue: the loop does not answer
_LOST = 0x408F_0000
_NO_DATA = int(ua.StatusCodes.BadNoData)
_STATE_LOST = "lost"
AnyBlock = Block | PlainBlock


class LiveValues:
    """Puts moments of a site into the server's address space."""

    def __init__(self, server: OpcuaServer, model: SiteModel) -> None:
        self._server, self.model = server, model
        self._spans = _spans(model)
        self._twins = {t: self._block(model.variables[t]) for t in model.variables}
        self._beside: dict[tuple[str, str], tuple[tuple[str, ...], AnyBlock]] = {}
        for word, table in (("residuals", model.residuals), ("advice", model.advice)):
            for twin, nodes in table.items():
                if nodes:
                    self._beside[twin, word] = (tuple(nodes), self._block(nodes.values()))
        self._figures: dict[str, AnyBlock] = {}
        self.add_figures(model)
        self._told: dict[NodeId, tuple[Any, int]] = {}
        self._plans: dict[str, Any] = {}

    def add_figures(self, model: SiteModel) -> None:
        """Key figures that came later; their nodes are in the server already."""
        self._spans |= _spans(model)
        for name, node in model.figures.items():
            if name not in self._figures:
                self._figures[name] = self._block([node])

    def _block(self, nodes: Any) -> AnyBlock:
        listed = list(nodes)
        return self._server.block(listed, [self._spans.get(n, np.nan) for n in listed])

    async def take(self, moment: Moment) -> None:
        """Everything that has changed."""
        view, now_ns = moment.view, time.time_ns()
        lost = view.state == _STATE_LOST
        for twin, block in self._twins.items():
            seen = view.twins[twin].seen if twin in view.twins else None
            if seen is not None:
                status = _aged(status_codes(seen.quality), lost)
                block.update(seen.values, status, seen.times_ns, now_ns)
                await self._arrays(twin, seen.values, seen.quality, seen.times_ns, lost)
        self._numbers(view, now_ns, lost)
        for twin, told in view.twins.items():
            await self._show(twin_shown(self.model.ids, twin, told), view.time_ns, lost)
        await self._show(site_shown(self.model.ids, view), view.time_ns, False)
        for word, plan in (("Schedule", moment.plan), ("Proposal", moment.proposal)):
            if self._plans.get(word, self) is not plan:
                self._plans[word] = plan
                at = plan.made_ns if plan is not None else view.time_ns
                await self._show(plan_shown(self.model.ids, word, plan), at, False)

    def _numbers(self, view: SiteView, now_ns: int, lost: bool) -> None:
        for (twin, word), (names, block) in self._beside.items():
            told: Mapping[str, float] = (
                getattr(view.twins[twin], word) if twin in view.twins else {}
            )
            values = np.array([told.get(n, np.nan) for n in names])
            self._update(block, values, view.time_ns, now_ns, lost)
        for name, block in self._figures.items():
            value = view.figures.get(name, (np.nan, ""))[0]
            self._update(block, np.array([value]), view.time_ns, now_ns, lost)

    @staticmethod
    def _update(
        block: AnyBlock, values: NDArray[np.float64], at_ns: int, now_ns: int, lost: bool
    ) -> None:
        status = np.where(np.isfinite(values), 0, _NO_DATA).astype(np.uint32)
        times = np.full(len(values), at_ns, np.int64)
        block.update(values, _aged(status, lost), times, now_ns)

    async def _arrays(self, twin: str, values: Any, quality: Any, times: Any, lost: bool) -> None:
        rows = []
        for array in self.model.arrays.get(twin, ()):
            places = list(array.places)
            code = int(_aged(status_codes(worst(*np.atleast_1d(quality[places]))[None]), lost)[0])
            value = ua.Variant(values[places].tolist(), ua.VariantType.Double, is_array=True)
            rows.append(Shown(array.variable, value, code, int(times[places].min())))
        await self._show(rows, 0, False)

    async def _show(self, rows: Sequence[Shown], at_ns: int, lost: bool) -> None:
        for row in rows:
            status = row.status if row.status or not lost else _LOST
            key = (row.value.Value, status)
            if row.node not in self._server.nodes or self._told.get(row.node) == key:
                continue
            self._told[row.node] = key
            await self._server.show(row.node, row.value, status, row.at_ns or at_ns)


def _aged(status: NDArray[np.uint32], lost: bool) -> NDArray[np.uint32]:
    if not lost:
        return status
    bad = status >= np.uint32(0x8000_0000)
    return np.where(bad, status, np.uint32(_LOST)).astype(np.uint32)


def _spans(model: SiteModel) -> dict[NodeId, float]:
    """Widths of the EURange of variables."""
    found = {}
    nodes = model.nodes.nodes
    for reference in model.nodes.references:
        node = nodes.get(reference.target)
        if not isinstance(node, VariableNode) or not isinstance(node.value, Range):
            continue
        if node.name.text == "EURange":
            found[reference.source] = node.value.high - node.value.low
    return found
