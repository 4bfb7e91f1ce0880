"""From thing to data: what stands between controllers and whatever is behind a twin's points."""
