"""What is learned from a site's history, and put back into its file."""
