"""What may stand behind a twin's points."""
