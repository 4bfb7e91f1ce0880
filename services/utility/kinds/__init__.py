"""Services of a utility; each kind's configuration stands in a file of its own."""
