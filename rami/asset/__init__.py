"""What the physical things are: component kinds, networks, topology, and what a backend can do."""
