"""External data, derived quantities and key figures (eq. 1-3), limits and merit order."""
