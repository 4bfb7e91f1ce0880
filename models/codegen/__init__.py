"""From a model to straight-line code: C for the FMU, Python for the native twin."""
