"""Databases behind the historian."""
