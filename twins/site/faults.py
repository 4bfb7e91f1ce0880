"""All that is wrong with one file, each with its place, in the order of the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem
from twins.site.node import Mark, Node, Step, dotted

#: line, column and words of a problem: the same one is told once
_Table = dict[tuple[int, int, str], Problem]


class Faults:
    """Collects problems of a file; `warn` collects what is worth a look but no error."""

    def __init__(self, file: str, root: Node) -> None:
        self.file, self.root = file, root
        self._found: _Table = {}
        self._warned: _Table = {}

    def where(self, path: Sequence[Step], at_key: bool = False) -> tuple[Mark, str]:
        """Mark and `file:line:column: path` of a place; as near as the file has it.

        The mark is the value's where that is a scalar, else (or with `at_key`) the key's.
        """
        clean, key, node = self.root.at(path)
        mark = key if at_key or isinstance(node.value, dict | list) else node.mark
        name = dotted(clean)
        return mark, f"{self.file}:{mark}: {name}" if name else f"{self.file}:{mark}"

    def add(
        self,
        path: Sequence[Step],
        what: str,
        *,
        wanted: str = "",
        hint: str = "",
        at_key: bool = False,
    ) -> None:
        """One more problem."""
        mark, where = self.where(path, at_key)
        self._put(self._found, mark, where, what, wanted, hint)

    def add_at(self, mark: Mark, what: str, hint: str = "") -> None:
        """One more problem at a mark."""
        self._found.setdefault(
            (mark.line, mark.column, what), Problem(f"{self.file}:{mark}", what, hint)
        )

    def warn(self, path: Sequence[Step], what: str, *, wanted: str = "", hint: str = "") -> None:
        """One more warning."""
        mark, where = self.where(path)
        self._put(self._warned, mark, where, what, wanted, hint)

    def add_file(self, path: Sequence[Step], problem: Problem) -> None:
        """A problem of a file that the site names at `path`; its place starts at the site's."""
        self._file(self._found, path, problem)

    def warn_file(self, path: Sequence[Step], problem: Problem) -> None:
        """What is worth a look in a file that the site names at `path`."""
        self._file(self._warned, path, problem)

    def _file(self, table: _Table, path: Sequence[Step], problem: Problem) -> None:
        mark, _ = self.where(path)
        where = str(Path(self.file).parent / problem.where)
        key = (mark.line, mark.column, f"{len(table):06d}")  # in the file's own order
        table[key] = replace(problem, where=where)

    @staticmethod
    def _put(table: _Table, mark: Mark, where: str, what: str, wanted: str, hint: str) -> None:
        text = f"{what}; wanted {wanted}" if wanted else what
        table.setdefault((mark.line, mark.column, what), Problem(where, text, hint))

    def __len__(self) -> int:
        return len(self._found)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """In the order of the lines."""
        return tuple(self._warned[key] for key in sorted(self._warned))

    def error(self) -> ConfigurationError:
        """All problems as one error."""
        return ConfigurationError(self._found[key] for key in sorted(self._found))
