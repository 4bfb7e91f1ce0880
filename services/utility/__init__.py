"""A heat utility day by day: meters in, group demand, forecasts, network plan, production plan."""
