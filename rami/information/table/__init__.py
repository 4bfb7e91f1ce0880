"""From the rows of a file, whatever its format, to series on a grid; every fault with its row."""
