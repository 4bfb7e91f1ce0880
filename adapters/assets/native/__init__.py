"""Backend: a plant model written in Python."""
