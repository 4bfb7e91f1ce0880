"""Events, alarms and audit events of a site, as OPC UA clients subscribe to them."""
