"""Other people's quality control behind our status."""
