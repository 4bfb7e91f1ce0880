"""What a site file may hold, section by section."""

from twins.site.schema.declaration import SiteDeclaration

__all__ = ["SiteDeclaration"]
