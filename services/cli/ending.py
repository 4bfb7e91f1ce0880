"""How a command ends: exit codes, problems on stderr, never a traceback unless asked for.

0 done, 1 the run failed, 2 configuration, 3 unreachable, 4 infeasible without fallback,
130 stopped by Ctrl-C, 141 whoever read the output went away.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

from rami.core.errors import ConfigurationError, RamiError
from services.cli.output import note

P = ParamSpec("P")

_tracebacks = False


def show_tracebacks(shown: bool) -> None:
    """Whether unexpected errors show their traceback."""
    global _tracebacks
    _tracebacks = shown


def handled(command: Callable[P, None]) -> Callable[P, None]:
    """A command that ends in order, before typer sees its errors."""

    @wraps(command)
    def orderly_command(*args: P.args, **kwargs: P.kwargs) -> None:
        with orderly():
            command(*args, **kwargs)

    return orderly_command


@contextmanager
def orderly() -> Iterator[None]:
    """Turns any exception into lines on stderr and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except RamiError as error:
        tell(error)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        note("stopped")
        raise SystemExit(130) from None
    except BrokenPipeError:
        # what is left in the buffer has nowhere to go; Python would complain at its exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
    except Exception as error:
        if _tracebacks:
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        note(
            f"rami: unexpected error: {what[:300]}; please report it with the output of the "
            f"same command and --debug"
        )
        raise SystemExit(1) from None


def tell(error: RamiError) -> None:
    """An error of ours on stderr: one line for each problem."""
    if isinstance(error, ConfigurationError):
        for problem in error.problems:
            note(str(problem))
        if len(error.problems) > 1:
            note(f"{len(error.problems)} problems")
    else:
        note(f"rami: {error}")
