"""The report's page: head, tables, seasons, and the document that holds them."""
