"""Where a service runs: in a process of its own, or, if trusted, in a thread."""
