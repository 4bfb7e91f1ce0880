"""The one composition root: puts a site's pieces together and hands protocols down."""

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
    "open_plant",
    "strategy",
    "tune",
]
