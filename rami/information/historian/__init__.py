"""Use of a historian: settings, the writer between a loop and a store."""
