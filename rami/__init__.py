"""rami: the six RAMI4.0 layers of a digital twin for industrial heat, bottom to top.

A layer imports only what stands below it: business > functional > information >
communication > integration > asset > core.
"""

__version__ = "0.1.0"
