"""The one composition root: puts a site's pieces together and hands protocols down."""

from services.assemble.external import open_data, outside, read_names, receivers
from services.assemble.plant import (
    automation,
    build_fmus,
    cache_dir,
    controllers,
    generated,
    open_backends,
    open_plant,
    strategy,
    tune,
)

__all__ = [
    "automation",
    "build_fmus",
    "cache_dir",
    "controllers",
    "generated",
    "open_backends",
    "open_data",
    "open_plant",
    "outside",
    "read_names",
    "receivers",
    "strategy",
    "tune",
]
