"""A district's supply and return pipes in pandapipes, in steady state; run by an environment of
its own, since its packages are older than ours. JSON in, JSON out."""

import json
import sys

import pandapipes as pp

KELVIN = 273.15


def fluid(constant):
    """Water with the properties given (density, heat capacity), or pandapipes' own."""
    if constant is None:
        return "water"
    density, heat_capacity, viscosity = constant
    return pp.create_constant_fluid(
        name="water", fluid_type="liquid", density=density, heat_capacity=heat_capacity,
        viscosity=viscosity, molar_mass=18.0, compressibility=0.0, der_compressibility=0.0,
    )  # fmt: skip


def solved(asked):
    net = pp.create_empty_network(fluid=fluid(asked["constant"]))
    hot, cold = asked["supply"] + KELVIN, asked["back"] + KELVIN
    plant_out = pp.create_junction(net, pn_bar=10, tfluid_k=hot)
    plant_home = pp.create_junction(net, pn_bar=3, tfluid_k=cold)
    pp.create_circ_pump_const_pressure(
        net, plant_home, plant_out, p_flow_bar=10, plift_bar=asked["lift"], t_flow_k=hot
    )
    outs, homes = [], []
    for section in asked["sections"]:
        after = section["after"]
        out = pp.create_junction(net, pn_bar=8, tfluid_k=hot)
        home = pp.create_junction(net, pn_bar=4, tfluid_k=cold)
        before_out = plant_out if after < 0 else outs[after]
        before_home = plant_home if after < 0 else homes[after]
        for start, end in ((before_out, out), (home, before_home)):
            pp.create_pipe_from_parameters(
                net, start, end, length_km=section["length"] / 1000,
                inner_diameter_mm=section["diameter"] * 1000, k_mm=0.1, loss_coefficient=0.0,
                sections=asked["pieces"], u_w_per_m2k=section["u"], text_k=asked["ground"] + KELVIN,
            )  # fmt: skip
        outs.append(out)
        homes.append(home)
        if section["demand"] > 0:
            pp.create_heat_consumer(net, out, home, qext_w=section["demand"], treturn_k=cold)
    pp.pipeflow(net, mode="bidirectional", friction_model="swamee-jain", iter=200)
    flows = net.res_pipe["mdot_from_kg_per_s"].to_numpy()[::2]
    pressure = net.res_junction["p_bar"].to_numpy()
    drops = [
        (pressure[plant_out] - pressure[o]) + (pressure[h] - pressure[plant_home])
        for o, h in zip(outs, homes, strict=True)
    ]
    warm = net.res_junction["t_k"].to_numpy() - KELVIN
    return {
        "arrived": warm[outs].tolist(),
        "flow": flows.tolist(),
        "back": float(warm[plant_home]),
        "drop": [float(d) for d in drops],
        "version": pp.__version__,
    }


if __name__ == "__main__":
    json.dump([solved(asked) for asked in json.load(sys.stdin)], sys.stdout)
