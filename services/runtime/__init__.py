"""A site that runs: clock, loop, twins that change their backend, requests, checkpoints."""
