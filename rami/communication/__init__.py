"""A site as others see it: its information model as plain data, and what may be asked of it."""
