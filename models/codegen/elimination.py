"""Sparse LU factorisation of a fixed pattern, written out as straight-line code.

Pivots stay on the diagonal (the matrix is c I - J with a large c); a minimum-degree order of
the symmetrised pattern keeps the fill small.
"""

from __future__ import annotations

from collections.abc import Iterable

Place = tuple[int, int]


class Elimination:
    """Order, filled pattern and code for `n` unknowns.

    `place` numbers the entries of the filled pattern in the vector a; `factorise` replaces
    a by its factors (with inverted pivots), `substitute` solves in place for b.
    """

    def __init__(self, n: int, pattern: Iterable[Place]) -> None:
        entries = set(pattern) | {(i, i) for i in range(n)}
        order = _minimum_degree(n, entries)
        rank = {node: k for k, node in enumerate(order)}
        self._rows: list[set[int]] = [set() for _ in range(n)]
        self._columns: list[set[int]] = [set() for _ in range(n)]
        for i, j in entries:
            self._rows[i].add(j)
            self._columns[j].add(i)
        below: dict[int, list[int]] = {}
        right: dict[int, list[int]] = {}
        for pivot in order:
            below[pivot] = sorted(
                (i for i in self._columns[pivot] if rank[i] > rank[pivot]), key=rank.__getitem__
            )
            right[pivot] = sorted(
                (j for j in self._rows[pivot] if rank[j] > rank[pivot]), key=rank.__getitem__
            )
            for i in below[pivot]:
                for j in right[pivot]:
                    self._rows[i].add(j)
                    self._columns[j].add(i)
        filled = sorted((i, j) for i in range(n) for j in self._rows[i])
        self.place: dict[Place, int] = {entry: k for k, entry in enumerate(filled)}
        self.factorise = list(self._factorise(order, below, right))
        self.substitute = list(self._substitute(order, below, right))

    def _a(self, i: int, j: int) -> str:
        return f"a[{self.place[i, j]}]"

    def _factorise(
        self, order: list[int], below: dict[int, list[int]], right: dict[int, list[int]]
    ) -> Iterable[str]:
        for pivot in order:
            yield f"{self._a(pivot, pivot)} = 1.0 / {self._a(pivot, pivot)};"
            for i in below[pivot]:
                yield f"{self._a(i, pivot)} *= {self._a(pivot, pivot)};"
                for j in right[pivot]:
                    yield f"{self._a(i, j)} -= {self._a(i, pivot)} * {self._a(pivot, j)};"

    def _substitute(
        self, order: list[int], below: dict[int, list[int]], right: dict[int, list[int]]
    ) -> Iterable[str]:
        for pivot in order:
            for i in below[pivot]:
                yield f"b[{i}] -= {self._a(i, pivot)} * b[{pivot}];"
        for pivot in reversed(order):
            known = "".join(f" - {self._a(pivot, j)} * b[{j}]" for j in right[pivot])
            yield f"b[{pivot}] = (b[{pivot}]{known}) * {self._a(pivot, pivot)};"


def _minimum_degree(n: int, entries: set[Place]) -> list[int]:
    neighbours: list[set[int]] = [set() for _ in range(n)]
    for i, j in entries:
        if i != j:
            neighbours[i].add(j)
            neighbours[j].add(i)
    left, order = set(range(n)), []
    while left:
        node = min(left, key=lambda i: (len(neighbours[i]), i))
        order.append(node)
        left.remove(node)
        for other in neighbours[node]:
            neighbours[other] |= neighbours[node]
            neighbours[other] -= {other, node}
    return order
