"""A model linearised at a point: exact matrices by the chain rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.codegen.programme import Programme
from models.codegen.python_source import entries, signals
from models.kernel.model import Model
from rami.core.errors import ModelError
from rami.core.points import PointIndex

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class LinearModel:
    """dx' = a dx + b du, dy = c dx + d du around a point; x are temperatures and lags.

    Shapes: a (states, states), b (states, inputs), c (outputs, states), d (outputs, inputs);
    per second. Registers do not appear among the states and have zero rows in c and d.
    """

    states: tuple[str, ...]
    inputs: PointIndex
    outputs: PointIndex
    a: Matrix
    b: Matrix
    c: Matrix
    d: Matrix


class Linearise:
    """Prepared once per model; calling it evaluates the matrices.

    `state_points`, `inputs` and `outputs` name rows and columns.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.inputs, self.outputs = model.input_points, model.output_points
        self.state_points = model.state_points
        programme = Programme(model)
        self._n = programme.dynamic
        self._names = self.state_points.names
        self._signals = signals(programme)
        self._entries, rows, columns = entries(programme.linearisation)
        self._places = (np.array(rows, np.intp), np.array(columns, np.intp))

    def __call__(self, inputs: Matrix, states: Matrix) -> LinearModel:
        """The matrices at `inputs` and `states` (of the model; registers may be left out).

        Raises ModelError where they are not finite.
        """
        model, n = self._model, self._n
        u, x = inputs.tolist(), states.tolist()
        table = np.zeros((n + len(model.outputs), n + len(model.inputs)))
        try:
            table[self._places] = self._entries(u, x, self._signals(u, x))
        except ArithmeticError as error:
            raise ModelError(f"{model.name}: no linear model at this state: {error}") from error
        if not np.isfinite(table).all():
            raise ModelError(f"{model.name}: no linear model at this state: not finite")
        return LinearModel(
            self._names,
            self.inputs,
            self.outputs,
            table[:n, :n],
            table[:n, n:],
            table[n:, :n],
            table[n:, n:],
        )


def linearise(model: Model, inputs: Matrix, states: Matrix) -> LinearModel:
    """The linear model at one point; use `Linearise` for many."""
    return Linearise(model)(inputs, states)
