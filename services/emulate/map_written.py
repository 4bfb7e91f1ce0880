"""The maps by which an adapter reaches an emulated plant, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from rami.core.errors import RunError
from rami.core.points import PointIndex
from services.emulate.opcua_names import node_text
from services.emulate.register_layout import HEARTBEAT, INVALID, laid_out
from services.emulate.status_points import FOLDER


def node_heartbeat(twin: str) -> str:
    """What `backends.plant` of `kind: opcua` says of the PLC's heartbeat."""
    return f'heartbeat: {{node: "{node_text(twin, f"{FOLDER}.heartbeat")}"}}'


def register_heartbeat() -> str:
    """What `backends.plant` of `kind: modbus` says of the PLC's heartbeat."""
    return f"heartbeat: {{address: {HEARTBEAT}}}"


def node_map(twin: str, inputs: PointIndex, outputs: PointIndex) -> str:
    """A node map as `kind: opcua` reads it."""
    rows = [
        (p.name, node_text(twin, p.name), p.unit, "Double")
        for p in (*outputs.points, *inputs.points)
    ]
    return _csv(("point", "node", "unit", "type"), rows, node_heartbeat(twin))


def register_map(inputs: PointIndex, outputs: PointIndex) -> str:
    """A register map as `kind: modbus` reads it."""
    rows = [
        (
            r.name,
            table,
            r.address,
            r.type,
            f"{r.scale:g}",
            r.unit,
            INVALID.get(r.type, "") if table == "input" else "",
            "true" if r.writable else "",
        )
        for table, points in (("input", outputs), ("holding", inputs))
        for r in laid_out(points)
    ]
    header = ("point", "table", "address", "type", "scale", "unit", "invalid", "writable")
    return _csv(header, rows, register_heartbeat())


def write_map(path: Path, text: str) -> None:
    """Write a map; RunError when that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from None


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]], plant: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return f"{out.getvalue()}# backends.plant may have: {plant}\n"
