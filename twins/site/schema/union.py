"""A choice between classes by the word after `kind:`, filled from a registry."""

from rami.core.choice import OneOf

__all__ = ["OneOf"]
