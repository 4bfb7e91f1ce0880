"""The study: seasons x {baseline, average, marginal} of one site, as figures and a report."""
