"""Ways for messages to travel."""
