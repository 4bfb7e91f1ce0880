"""Forecasts of loads and prices with bands, and how good they are."""
