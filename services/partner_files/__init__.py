"""Partners who speak in files: what they drop, what became of it, what they are told."""
