"""The assembler: from component equations and links to one closed model."""
