"""Key figures by formula, curves learned from history, patterns and trends."""
