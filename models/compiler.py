"""The system's C compiler: found, identified, run."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from functools import cache
from pathlib import Path

from rami.core.errors import ModelError

#: no fused or reordered arithmetic, so that the same source gives the same numbers everywhere
FLAGS = ("-std=c99", "-O2", "-fPIC", "-shared", "-fno-math-errno", "-ffp-contract=off")
_LINES = 12


def command() -> list[str]:
    """$CC with its words, else cc, else gcc; ModelError when there is none."""
    written = os.environ.get("CC", "")
    try:
        wanted = shlex.split(written)
    except ValueError as error:
        raise ModelError(
            f"$CC is no command: {written!r} ({error}); wanted e.g. gcc or 'ccache gcc'"
        ) from None
    for words in (wanted,) if wanted else (["cc"], ["gcc"]):
        if shutil.which(words[0]):
            return words
    raise ModelError(
        f"no C compiler: {wanted[0] if wanted else 'cc and gcc are'} not found on the PATH; "
        f"install one (Debian: apt-get install gcc libc6-dev) or name it in $CC"
    )


def identity() -> str:
    """What makes two compilers build different binaries: command, version, flags."""
    words = command()
    return " ".join((*words, _version(tuple(words)), *FLAGS))


@cache
def _version(words: tuple[str, ...]) -> str:
    shown = subprocess.run([*words, "--version"], capture_output=True, text=True, check=False)
    return shown.stdout.partition("\n")[0]


def compile_library(source: Path, includes: list[Path], target: Path) -> None:
    """Compile one C file to a shared library; ModelError with the compiler's first lines."""
    words = [
        *command(),
        *FLAGS,
        *(f"-I{folder}" for folder in includes),
        "-o",
        str(target),
        str(source),
        "-lm",
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not target.is_file():
        said = (done.stderr or done.stdout).strip().splitlines() or ["(it said nothing)"]
        more = ["..."] if len(said) > _LINES else []
        raise ModelError(
            "\n  ".join(
                [
                    f"the C compiler failed (exit code {done.returncode}): {shlex.join(words)}",
                    *said[:_LINES],
                    *more,
                    "mend: `rami doctor` tries the compiler; $CC names another one",
                ]
            )
        )
