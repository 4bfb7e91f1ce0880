"""Tariffs, meters, settlement and emissions per owner, and what they must add up to."""
