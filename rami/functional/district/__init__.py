"""What a district can do: buildings that store heat, pipes that delay it, plants that make it."""
