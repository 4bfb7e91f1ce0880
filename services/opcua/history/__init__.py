"""HistoryRead (Part 11) from the site's historian: raw values and aggregates (Part 13)."""
