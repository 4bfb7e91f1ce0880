"""Key figures as formulas over points and series: read, unit-checked, never executed as code.

A formula may use names (`hts.hp.P_th`), numbers, constants with unit in quotes (`'4.19 kJ/kg/K'`),
`+ - * /`, whole powers, comparisons inside `where(...)`, and the functions of `FUNCTIONS`. A
register counts with its growth per interval. Reading loads no arrays; `formula_values` computes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

from rami.core.dimension import ABSOLUTE, NUMBER, SECOND, Dimension, of_quantity, readings, written
from rami.core.wording import did_you_mean

LONGEST = 2000
DEEPEST = 100
HIGHEST_POWER = 4
LARGEST = 1e15

#: what a formula may call: number of arguments (0: two or more), and in words
FUNCTIONS: dict[str, tuple[int, str]] = {
    "abs": (1, "absolute value"),
    "min": (0, "smallest of its arguments, interval by interval"),
    "max": (0, "largest of its arguments, interval by interval"),
    "where": (3, "where(condition, then, otherwise)"),
    "integral": (1, "a power or flow times the interval's length"),
    "total": (1, "sum over the whole period"),
    "mean": (1, "mean over the whole period"),
}

#: rates, of which a plain sum over intervals means nothing
_RATES = tuple(of_quantity(q)[0] for q in ("power", "mass_flow", "volume_flow", "speed"))

#: dimension of a name, None where there is no such name
Known = Callable[[str], Dimension | None]


class FormulaError(ValueError):
    """A formula that cannot be used: what, and where in its text."""


@dataclass(frozen=True)
class Formula:
    """A checked formula: its names in order of appearance, its dimension, its unit.

    `factor` and `offset` turn a value of the unit into base units (`rami.core.dimension`).
    """

    text: str
    tree: ast.expr
    names: tuple[str, ...]
    dimension: Dimension
    unit: str
    factor: float
    offset: float


def read_formula(text: str, unit: str, dimensions: Mapping[str, Dimension]) -> Formula:
    """Read and check a formula whose result is wanted in `unit`; FormulaError.

    `dimensions` holds every name that may be used.
    """
    tree = _parse(text)
    names: dict[str, None] = {}

    def known(name: str) -> Dimension | None:
        names.setdefault(name)
        return dimensions.get(name)

    dimension = _Checker(known, tuple(dimensions)).of(tree) or NUMBER
    try:
        meant = [m for m in readings(unit) if m[0] == dimension]
    except ValueError as error:
        raise FormulaError(str(error)) from None
    if not meant:
        raise FormulaError(f"the formula gives {dimension}, the unit declared is {unit}")
    return Formula(text, tree, tuple(names), dimension, unit, meant[0][1], meant[0][2])


def names_in(text: str) -> tuple[str, ...]:
    """Names that a formula uses, unchecked; FormulaError when it does not read."""
    found: dict[str, None] = {}

    def note(name: str) -> Dimension | None:
        found.setdefault(name)
        return NUMBER

    def visit(node: ast.AST) -> None:
        name = dotted(node)
        if name is not None:
            note(name)
            return
        for child in ast.iter_child_nodes(node):
            if not (isinstance(node, ast.Call) and child is node.func):
                visit(child)

    visit(_parse(text))
    return tuple(found)


def dotted(node: ast.AST) -> str | None:
    """`a.b.c` of a chain of attributes, else None."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return None if before is None else f"{before}.{node.attr}"
    return None


def _parse(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise FormulaError(f"a formula of {len(text)} signs; wanted at most {LONGEST}")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        why = error.msg if isinstance(error, SyntaxError) else str(error)
        raise FormulaError(f"{text!r} does not read as a formula: {why}") from None
    if _depth(tree) > DEEPEST:
        raise FormulaError(f"a formula nested deeper than {DEEPEST}; wanted several key figures")
    return tree


def _depth(tree: ast.AST) -> int:
    """Levels of nesting, counted without recursion."""
    level, depth = [tree], 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth


class _Checker:
    """The dimension of every part; None is a bare 0, which fits everything."""

    def __init__(self, known: Known, names: tuple[str, ...]) -> None:
        self._known, self._names = known, names

    def of(self, node: ast.expr) -> Dimension | None:
        name = dotted(node)
        if name is not None:
            dimension = self._known(name)
            if dimension is None:
                raise FormulaError(
                    f"no point or series {name!r}; {did_you_mean(name, self._names)}"
                )
            return dimension
        if isinstance(node, ast.Constant):
            return self._constant(node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return self._relative(self.of(node.operand), node)
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise FormulaError(f"{ast.unparse(node)!r} may not stand in a formula")

    def _constant(self, value: object) -> Dimension | None:
        if isinstance(value, str):
            try:
                dimension, size, *_ = written(value)
            except ValueError as error:
                raise FormulaError(str(error)) from None
            if not isfinite(size):
                raise FormulaError(f"{value!r} is not a finite number")
            return dimension
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FormulaError(f"{value!r} may not stand in a formula")
        if abs(value) > LARGEST:
            raise FormulaError(f"a number above {LARGEST:g} may not stand in a formula")
        return None if value == 0 else NUMBER

    def _relative(self, dimension: Dimension | None, node: ast.expr) -> Dimension | None:
        if dimension is not None and dimension.absolute:
            raise FormulaError(
                f"{ast.unparse(node)}: a temperature in degC cannot be multiplied, divided or "
                "negated; take a difference of two temperatures"
            )
        return dimension

    def _operation(self, node: ast.BinOp) -> Dimension | None:
        if isinstance(node.op, ast.Pow):
            return self._power(node)
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(node.op, ast.Mult | ast.Div):
            a = self._relative(left, node) or NUMBER
            b = self._relative(right, node) or NUMBER
            return a * b if isinstance(node.op, ast.Mult) else a / b
        if isinstance(node.op, ast.Add | ast.Sub):
            return self._sum(node, left, right)
        raise FormulaError(f"{ast.unparse(node)!r}: wanted one of + - * / **")

    def _power(self, node: ast.BinOp) -> Dimension:
        exponent = node.right.value if isinstance(node.right, ast.Constant) else None
        whole = isinstance(exponent, int) and not isinstance(exponent, bool)
        if not whole or not isinstance(exponent, int) or not 0 <= exponent <= HIGHEST_POWER:
            raise FormulaError(
                f"{ast.unparse(node)!r}: wanted a whole power from 0 to {HIGHEST_POWER}"
            )
        return (self._relative(self.of(node.left), node) or NUMBER) ** exponent

    def _sum(
        self, node: ast.BinOp, left: Dimension | None, right: Dimension | None
    ) -> Dimension | None:
        if left is None or right is None:
            return left or right
        difference = Dimension(ABSOLUTE.exponents)
        if left.absolute and right.absolute and isinstance(node.op, ast.Sub):
            return difference
        if left.absolute and right == difference:
            return ABSOLUTE
        if left.absolute or right.absolute or left != right:
            raise FormulaError(f"{ast.unparse(node)}: {left} and {right} do not add up")
        return left

    def _call(self, node: ast.Call) -> Dimension | None:
        name = dotted(node.func) or ast.unparse(node.func)
        if name not in FUNCTIONS:
            raise FormulaError(f"no function {name!r}; {did_you_mean(name, tuple(FUNCTIONS))}")
        count = FUNCTIONS[name][0]
        given = len(node.args)
        wrong = given < 2 if count == 0 else given != count
        if node.keywords or wrong:
            wanted = "two or more arguments" if count == 0 else f"{count} argument(s)"
            raise FormulaError(f"{ast.unparse(node)!r}: {name} takes {wanted}, got {given}")
        if name == "where":
            self._condition(node.args[0])
            return self._alike(node, node.args[1:])
        if name in ("min", "max"):
            return self._alike(node, node.args)
        dimension = self.of(node.args[0])
        if name == "mean":
            return dimension
        self._relative(dimension, node)
        if name == "integral":
            return (dimension or NUMBER) * SECOND
        if name == "total" and dimension in _RATES:
            inner = ast.unparse(node.args[0])
            raise FormulaError(f"total({inner}): a sum of rates; wanted total(integral({inner}))")
        return dimension

    def _alike(self, node: ast.expr, parts: list[ast.expr]) -> Dimension | None:
        found = [d for d in map(self.of, parts) if d is not None]
        if any(d != found[0] for d in found):
            raise FormulaError(f"{ast.unparse(node)}: {', '.join(map(str, found))} do not mix")
        return found[0] if found else None

    def _condition(self, node: ast.expr) -> None:
        if isinstance(node, ast.BoolOp):
            for part in node.values:
                self._condition(part)
        elif isinstance(node, ast.Compare):
            self._alike(node, [node.left, *node.comparators])
            if any(isinstance(o, ast.In | ast.NotIn | ast.Is | ast.IsNot) for o in node.ops):
                raise FormulaError(f"{ast.unparse(node)!r}: wanted one of < <= > >= == !=")
        else:
            raise FormulaError(f"{ast.unparse(node)!r} is no condition, e.g. hts.hp.P_el > '1 kW'")
