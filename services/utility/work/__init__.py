"""What the services of a utility do; loaded in the process in which each runs."""
