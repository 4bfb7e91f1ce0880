"""From what an OPC UA server answers to deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from adapters.sources.ems.configuration import OpcuaNode
from adapters.sources.ems.form import ends_of, status_of
from rami.core.timegrid import NS, instant
from rami.core.units import convert
from rami.information.external.delivery import OPEN, Delivery


@dataclass
class Answers:
    """DataValues by node id, and raw histories where they were asked for."""

    values: Mapping[str, Any]
    history: dict[str, list[Any]] = field(default_factory=dict)

    def is_array(self, node: str) -> bool:
        """Whether the node's value is a list."""
        return isinstance(_value(self.values[node]), list)

    def instant(self, node: str) -> int:
        """A node's DateTime; ValueError."""
        return instant_of(self.good(node), node)

    def good(self, node: str) -> Any:
        """A node's value; ValueError when it has none."""
        answer = self.values[node]
        if _code(answer):
            raise ValueError(f"node {node} answers {answer.StatusCode.name}")
        return _value(answer)


def measurements(node: OpcuaNode, quantity: str, answers: Answers) -> Delivery:
    """A scalar's present value and history: each is known at its source time, and holds from
    there. ValueError when no value carries a time."""
    rows: dict[int, tuple[float, int]] = {}
    for answer in (*answers.history.get(node.node, ()), answers.values[node.node]):
        at = answer.SourceTimestamp or answer.ServerTimestamp
        status = status_of(_code(answer))
        if at is not None:
            value = _number(_value(answer), node.node) if status < 2**31 else float("nan")
            rows[instant_of(at, node.node)] = (convert(value, node.unit, quantity), status)
        elif not _code(answer):
            raise ValueError(f"node {node.node} gives no source time: its age is not known")
        else:
            raise ValueError(f"node {node.node} answers {answer.StatusCode.name}")
    times = np.array(sorted(rows), np.int64)
    return Delivery(
        times,
        np.full(len(times), OPEN, np.int64),
        times.copy(),
        np.array([rows[int(t)][0] for t in times]),
        np.array([rows[int(t)][1] for t in times], np.uint32),
    )


def array(node: OpcuaNode, quantity: str, answers: Answers) -> Delivery:
    """An array with one value per step, all of one issue; ValueError."""
    answer = answers.values[node.node]
    raw = answers.good(node.node)
    values = np.array([convert(_number(v, node.node), node.unit, quantity) for v in raw])
    length = None if node.step is None else round(float(node.step) * NS)
    if node.times is not None:
        said = answers.good(node.times)
        listed = said if isinstance(said, list) else [said]
        times = np.array([instant_of(t, node.times) for t in listed], np.int64)
        if len(times) != len(values):
            raise ValueError(f"{len(values)} values and {len(times)} times do not go together")
        if (np.diff(times) <= 0).any():
            raise ValueError(f"times of node {node.times} do not ascend")
    elif node.start is not None and length is not None:
        first = answers.instant(node.start)
        times = first + length * np.arange(len(values), dtype=np.int64)
    else:
        raise ValueError(f"node {node.node} is an array: declare `times`, or `start` and `step`")
    if node.issued is not None:
        issue = answers.instant(node.issued)
    else:
        at = answer.SourceTimestamp or answer.ServerTimestamp
        if at is None:
            raise ValueError(f"node {node.node} gives no source time; declare `issued`")
        issue = instant_of(at, node.node)
    status = status_of(_code(answer))
    return Delivery(
        times,
        ends_of(times, length),
        np.full(len(times), issue, np.int64),
        values,
        np.full(len(times), status, np.uint32),
    )


def instant_of(value: object, node: str) -> int:
    """UTC ns of an OPC UA DateTime, which is UTC whether it says so or not; ValueError."""
    if not isinstance(value, datetime):
        raise ValueError(f"node {node} holds {value!r}, wanted a DateTime")
    return instant(value if value.tzinfo else value.replace(tzinfo=UTC))


def _code(answer: Any) -> int:
    """The StatusCode; one that is left out is Good."""
    return 0 if answer.StatusCode is None else int(answer.StatusCode.value)


def _value(answer: Any) -> Any:
    return None if answer.Value is None else answer.Value.Value


def _number(value: object, node: str) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"node {node} holds {value!r}, wanted a number")
    return float(value)
