"""Backend: a plant behind Modbus TCP, by register map."""
