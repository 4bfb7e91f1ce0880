"""`rami services new`: a package of its own with a service that works."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from rami.core.errors import ConfigurationError, Problem, RunError
from rami.core.written import NAME
from services.cli.output import note

#: file of the template -> place in the package
_FILES = {
    "README.md.txt": "README.md",
    "pyproject.toml.txt": "pyproject.toml",
    "init.py.txt": "{name}/__init__.py",
    "configuration.py.txt": "{name}/configuration.py",
    "service.py.txt": "{name}/service.py",
    "test.py.txt": "tests/test_{name}.py",
}


def written(name: str) -> dict[str, str]:
    """Files of a package called `name`: place -> content."""
    folder = files("services.platform") / "template"
    words = {"NAME": name, "CLASS": name.title().replace("_", ""), "DIST": name.replace("_", "-")}
    made = {}
    for file, place in _FILES.items():
        text = (folder / file).read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        made[place.format(name=name)] = text
    return made


def write(name: str, out: Path) -> None:
    """Into a new folder. Raises ConfigurationError, RunError."""
    if not re.fullmatch(NAME, name):
        what = f"{name!r} is no name: small letters, digits and _, a letter first"
        raise ConfigurationError([Problem("", what)])
    if out.exists() and any(out.iterdir()):
        raise ConfigurationError([Problem(str(out), "is there already", "--out names another")])
    try:
        for place, text in written(name).items():
            (out / place).parent.mkdir(parents=True, exist_ok=True)
            (out / place).write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(f"{out}: {error.strerror}") from error
    note(f"{out}: `pip install -e {out}`, then `kind: {name}` in section `services`")
