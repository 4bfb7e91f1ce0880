"""Made-up data of a utility, seeded: customers' meters with faults, the plant, the weather."""
