"""Live values towards many subscribers."""
