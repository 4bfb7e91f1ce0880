"""Backend: a recording as a plant."""
