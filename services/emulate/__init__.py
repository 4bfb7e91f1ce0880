"""A soft PLC with a plant behind it that is not our model: stands in for hardware."""
