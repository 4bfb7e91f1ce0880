"""Where every figure of a study comes from."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from services.study.comparison import station_owner
from services.study.season_data import DataOptions, season_path

if TYPE_CHECKING:
    from rami.functional.technical import Tuning
    from twins.site.site import Site

_PACKAGES = ("rami-twins", "numpy", "pyomo", "highspy", "fmpy", "sympy", "pydantic")


def provenance(
    site: Site,
    options: DataOptions,
    sources: Mapping[str, str],
    seasons: tuple[str, ...],
    span_s: float,
    exchange_s: float,
) -> dict[str, Any]:
    """Site hash, data sources with their content's hash, seed, versions, and what is assumed."""
    declared = site.study.seasons if site.study else {}
    return {
        "site": site.name,
        "site_hash": site.hash,
        "station_owner": station_owner(site),
        "seasons_declared": list(declared),
        "seasons": list(seasons),
        "duration_s": span_s,
        "exchange_step_s": exchange_s,
        "control_step_s": float(site.clock.control_step),
        "plan_step_s": float(site.strategy.step),
        "data_sources": dict(sources),
        "data_files_sha256": _hashes(options, seasons),
        "synthetic_loads": _loads(options),
        "seed": None if options.folder else getattr(site.data, "seed", None),
        "foresight": foresight_said(site),
        "baseline": site.business.baseline,
        "grid_factor_kg_per_kWh": float(site.business.grid_factor),
        "grid_factor_variant": site.business.grid_factor_variant,
        "heat_transfer": site.business.heat_transfer,
        "versions": {name: _version(name) for name in _PACKAGES},
    }


def foresight_said(site: Site) -> str:
    """What plans know of the future."""
    perfect = "plans know loads and prices perfectly"
    settings = site.declaration.forecasts
    if settings is None:
        return perfect
    error = settings.weather_error
    weather = "as the source has it" if error is None else f"with a seeded error of {error:g} K"
    return f"{perfect}; in runs on forecasts from the past alone, the air temperature {weather}"


def _loads(options: DataOptions) -> bool | str:
    """Whether loads are invented, in words where files take part."""
    if options.folder is not None:
        return "loads from files; whether they are synthetic is for those files to say"
    return True if options.prices is None else "synthetic loads and weather; prices from a file"


def _hashes(options: DataOptions, seasons: tuple[str, ...]) -> dict[str, str]:
    """Content of every file that was read."""
    files = [season_path(options.folder, s) for s in seasons] if options.folder else []
    if options.prices:
        files.append(options.prices)
    return {f.name: sha256(f.read_bytes()).hexdigest() for f in files}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def tuning_table(tunings: Mapping[str, Tuning]) -> dict[str, Any]:
    """Per twin and actuator what the step test found, units in the keys."""
    return {
        twin: {
            loop.actuator: {
                "controls": loop.controlled,
                "gain": loop.gain,
                "T_u_s": loop.delay,
                "T_g_s": loop.lag,
                "rule": loop.rule,
                "K_p": loop.kp,
                "T_i_s": loop.ti,
                "T_d_s": loop.td,
            }
            for loop in tuning.loops
        }
        for twin, tuning in tunings.items()
    }
