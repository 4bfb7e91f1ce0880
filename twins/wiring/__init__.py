"""From a short declaration to a twin's complete wiring."""

from twins.wiring.site import wire_site

__all__ = ["wire_site"]
