"""Control: the strategy (what to do when) and the technique (how it is done)."""
