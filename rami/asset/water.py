"""Water as the models and the plan see it: constant properties, stated once."""

#: specific heat capacity, kJ/(kg K), liquid water between 25 and 115 degC
HEAT_CAPACITY = 4.19
#: density in a storage at about 80 degC, kg/m3
DENSITY = 972.0


def mass_flow(power_kw: float, difference_k: float) -> float:
    """kg/s that carries a power over a temperature difference."""
    return power_kw / (HEAT_CAPACITY * difference_k)
