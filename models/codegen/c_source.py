"""The generated header `model.h`: sizes, start values, names and straight-line functions."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from models.codegen.elimination import Elimination
from models.codegen.programme import Line, Programme
from models.kernel.model import StateKind

_FUNCTIONS = """\
static inline double pos(double x) { return x > 0.0 ? x : 0.0; }
static inline double unit(double x) { return x > 0.0 ? 1.0 : 0.0; }
static inline double phi1(double x)
{
    return fabs(x) < 1e-5 ? 1.0 - x / 2.0 + x * x / 6.0 : -expm1(-x) / x;
}
static inline double dphi1(double x)
{
    return fabs(x) < 1e-3 ? -0.5 + x / 3.0 - x * x / 8.0 : (exp(-x) - phi1(x)) / x;
}
"""


def header(programme: Programme) -> tuple[str, str]:
    """The text of `model.h` and the model's guid, a hash of everything in it."""
    body = _sizes(programme) + _FUNCTIONS + _equations(programme) + _matrix(programme)
    digest = sha256(body.encode()).hexdigest()
    guid = f"{{{digest[:32]}}}"
    name = programme.model.name
    front = (
        f"/* generated from the topology of {name} */\n"
        "#include <math.h>\n"
        f'#define MODEL_NAME "{name}"\n'
        f'#define MODEL_GUID "{guid}"\n'
        f"#define MODEL_HASH 0x{digest[:16]}ULL\n"
    )
    return front + body, guid


def _sizes(programme: Programme) -> str:
    model = programme.model
    sizes = {
        "NU": len(model.inputs),
        "NX": len(model.states),
        "ND": programme.dynamic,
        "NT": model.count(StateKind.TEMPERATURE),
        "NW": len(model.signals),
    }
    names = [*map(str, model.inputs), *(str(s.symbol) for s in model.states)]
    return (
        "".join(f"#define {word} {size}\n" for word, size in sizes.items())
        + _table("double", "INPUT_START", (repr(p.start) for p in model.inputs.values()))
        + _table("double", "STATE_START", (repr(float(s.start)) for s in model.states))
        + _table("char *const", "NAMES", (f'"{name}"' for name in names))
    )


def _table(kind: str, name: str, values: Iterable[str]) -> str:
    inner = ", ".join(values) or "0"
    return f"static const {kind} {name}[] = {{{inner}}};\n"


def _equations(programme: Programme) -> str:
    driving = programme.model.driving
    arguments = "const double *restrict u, const double *restrict x"
    return (
        _function(
            "driving_signals", f"{arguments}, double *restrict w", _set(programme.signals[:driving])
        )
        + _function(
            "other_signals", f"{arguments}, double *restrict w", _set(programme.signals[driving:])
        )
        + _function(
            "derivatives",
            f"{arguments}, const double *restrict w, double *restrict d",
            (f"d[{i}] = {value};" for i, value in enumerate(programme.derivatives)),
        )
    )


def _matrix(programme: Programme) -> str:
    """The matrix c I - J of the dynamic states with its factorisation, and the registers' rows."""
    n, jacobian = programme.dynamic, programme.jacobian
    pattern = [(i, j) for i in range(n) for j in jacobian.rows[i]]
    elimination = Elimination(n, pattern)
    entries = []
    for (i, j), k in elimination.place.items():
        value = jacobian.rows[i].get(j)
        diagonal = "c" if i == j else "0.0"
        entries.append(f"a[{k}] = {diagonal}{f' - {value}' if value else ''};")
    registers = [
        (i, j, value)
        for i in range(n, len(jacobian.rows))
        for j, value in sorted(jacobian.rows[i].items())
    ]
    entries += [f"rows[{k}] = {value};" for k, (_, _, value) in enumerate(registers)]
    return (
        f"#define NA {len(elimination.place)}\n#define NR {max(1, len(registers))}\n"
        + _function(
            "iteration_matrix",
            "const double *restrict u, const double *restrict x, const double *restrict w, "
            "double c, double *restrict a, double *restrict rows",
            [*(f"const double {name} = {value};" for name, value in jacobian.lines), *entries],
        )
        + _function("factorise", "double *restrict a", elimination.factorise)
        + _function(
            "substitute", "const double *restrict a, double *restrict b", elimination.substitute
        )
        + _function(
            "register_rows",
            "const double *restrict rows, double *restrict k",
            (f"k[{i}] += rows[{k}] * k[{j}];" for k, (i, j, _) in enumerate(registers)),
        )
    )


def _set(lines: Iterable[Line]) -> list[str]:
    return [f"{name} = {value};" for name, value in lines]


def _function(name: str, arguments: str, lines: Iterable[str]) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"static void {name}({arguments})\n{{\n{body}}}\n"
