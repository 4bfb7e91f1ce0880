"""Seeded synthetic weather, loads and day-ahead prices for any year: the embedded default.

What it imitates, and how well, is written beside each part (`weather`, `price`, `loads`).
Every value carries the quality reason SYNTHETIC.
"""
