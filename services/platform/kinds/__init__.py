"""Services that come with the package; each kind's configuration stands in a file of its own."""
