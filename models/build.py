"""Builds FMUs into a cache keyed by everything they follow from."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.metadata import version
from inspect import getfile
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import rami.asset
from models import compiler
from models.fmi import is_whole, platform
from models.kinds import equation_file
from rami.asset.kinds import kind_name
from rami.asset.topology import TwinTopology
from rami.core.errors import ConfigurationError, Problem

#: sympy's work is not safe to share between threads; the compilers run beside it
_symbolic = Lock()


def build_fmu(topology: TwinTopology, cache_dir: Path) -> Path:
    """The FMU of a twin (FMI 2.0 co-simulation), from the cache when nothing has changed.

    Nothing half-written is ever left; an FMU damaged since is built anew. Raises ModelError
    when the topology does not assemble or the compiler fails, ConfigurationError when
    `cache_dir` cannot hold files.
    """
    _make(cache_dir)
    target = cache_dir / f"{topology.name}-{key(topology)}.fmu"
    if is_whole(target):
        return target
    from models.kernel.assembly import assemble
    from models.package import pack, sources

    with _symbolic:
        model = assemble(topology)
        files, guid = sources(model)
    with TemporaryDirectory(prefix=".build-", dir=cache_dir) as folder:
        pack(model, files, guid, Path(folder)).replace(target)
    return target


def _make(cache_dir: Path) -> None:
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        if os.access(cache_dir, os.W_OK | os.X_OK):
            return
        what = "cannot be written"
    except OSError as error:
        what = error.strerror or str(error)
    mend = "name a folder that can be written in $RAMI_CACHE"
    raise ConfigurationError([Problem(str(cache_dir), f"no folder for FMUs: {what}", mend)])


def build_all(
    topologies: Iterable[TwinTopology],
    cache_dir: Path,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Path]:
    """The FMUs of several twins by name, the compilers side by side.

    `progress` is told each twin's name when its FMU is there. Raises ModelError.
    """
    listed = list(topologies)
    largest_first = sorted(listed, key=lambda t: -len(t.components))

    def one(topology: TwinTopology) -> Path:
        path = build_fmu(topology, cache_dir)
        if progress is not None:
            progress(topology.name)
        return path

    with ThreadPoolExecutor(max(1, len(listed))) as pool:
        built = dict(
            zip((t.name for t in largest_first), pool.map(one, largest_first), strict=True)
        )
    return {t.name: built[t.name] for t in listed}


def key(topology: TwinTopology) -> str:
    """Hash of the declaration, our own sources, the kinds' equation files and the compiler."""
    digest = sha256()
    for text in (
        json.dumps(_declared(topology), sort_keys=True),
        compiler.identity(),
        platform(),
        version("sympy"),
        version("fmpy"),
    ):
        digest.update(text.encode() + b"\0")
    folders = [Path(__file__).parent, Path(rami.asset.__path__[0])]
    files = {p for folder in folders for p in folder.rglob("*") if p.suffix in {".py", ".c", ".h"}}
    for kind in {type(component) for component in topology.components.values()}:
        files |= {equation_file(kind)[1], Path(getfile(kind))}
    for path in sorted(files):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:20]


def _declared(topology: TwinTopology) -> Mapping[str, object]:
    return {
        "name": topology.name,
        "networks": {n: net.model_dump(mode="json") for n, net in topology.networks.items()},
        "components": [
            (n, kind_name(type(c)), c.model_dump(mode="json"))
            for n, c in topology.components.items()
        ],
        "links": [(k.source, k.target, k.device) for k in topology.links],
    }
