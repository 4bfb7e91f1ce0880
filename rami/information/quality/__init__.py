"""Validation, filling and resampling of signals."""
