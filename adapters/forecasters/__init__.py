"""Ways to forecast that need a library of their own."""
