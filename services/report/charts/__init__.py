"""The report's figures, one idea per file, each a pure function of a run or a season."""
