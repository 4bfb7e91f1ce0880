"""From predicted values and earlier errors to a Forecast."""

from __future__ import annotations

import numpy as np

from rami.core.frame import Values
from rami.core.quality import Reason, good
from rami.core.timegrid import iso
from rami.information.forecast.bands import quantiles
from rami.information.forecast.forecast import Errors, Forecast
from rami.information.forecast.task import Task


def answer(task: Task, method: str, values: Values, errors: Errors, detail: str = "") -> Forecast:
    """`values` and `errors` may belong to the whole days of the task; they are cut to its grid."""
    count, history = task.grid.count, task.history
    point, errors = values[:count], errors.cut(count)
    if history.floor is not None:
        point = np.maximum(point, history.floor)
    band = quantiles(point, errors, task.levels, task.grid.step_ns, history.floor)
    said = f"forecast by {method}{f', {detail}' if detail else ''}, issued {iso(task.issued_ns)}"
    return Forecast(
        history.name,
        history.unit,
        task.issued_ns,
        task.grid,
        point,
        task.levels,
        band,
        good(count, Reason.ESTIMATED),
        method,
        said,
        errors,
    )
