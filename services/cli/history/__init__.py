"""`rami data`: a historian's rows in and out, and what it holds."""
