"""Gradient boosted trees of scikit-learn."""
