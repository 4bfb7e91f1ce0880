"""The site file: read, checked with every problem at its line, wired."""

from twins.site.loading import load_site
from twins.site.site import Site

__all__ = ["Site", "load_site"]
