"""An FMU in a process of its own: watched, started anew, put back to its last good state."""
