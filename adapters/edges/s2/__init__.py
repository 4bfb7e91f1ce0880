"""S2 (EN 50491-12-2): the energy manager's end, to which resource managers connect."""
