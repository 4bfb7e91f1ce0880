"""The parties of a district as services: each keeps its data and speaks in messages."""
