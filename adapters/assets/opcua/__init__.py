"""Backend: a plant behind an OPC UA server, by node map."""
