"""A site's data: its source, further ones laid over it, and what is derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from rami.core.errors import ConfigurationError, Problem
from rami.information.series import Series, figure_of, quantity_of, required_series
from rami.information.source import Receiving, SourceConfiguration

if TYPE_CHECKING:
    from rami.information.source import DataSource
    from twins.site.site import Site


def open_data(site: Site, base: DataSource | None = None) -> DataSource:
    """Everything `read_names` names, on any grid; also as Issued.

    `base` takes the place of the section `data`. Nobody outside is asked yet. Raises DataError
    for files that do not read, ConfigurationError for secrets or packages that are missing.
    """
    from rami.information.external.laid import Laid
    from rami.information.external.own import with_own_calculation
    from rami.information.wet_bulb import with_wet_bulb

    source = base or _configured(site.data).open(site.folder, _needed(site))
    for name, declared in site.external.items():
        source = Laid(source, name, _open(site, name), declared)
    return with_wet_bulb(with_own_calculation(source))


def read_names(site: Site) -> tuple[str, ...]:
    """Series a run reads, without the wet bulb: what the site needs and figures of networks."""
    return tuple(dict.fromkeys([*_needed(site), *figures(site)]))


def figures(site: Site) -> tuple[str, ...]:
    """Figures of networks that a plan or a settlement takes from outside, with what a plan by
    the EMS's costs wants."""
    from rami.functional.strategy.forecast_check import key_figures
    from rami.functional.strategy.site_layout import SiteLayout

    layout = SiteLayout(site.topology, site.business.owners).layout(1, balanced=False)
    given = [n for e in site.external.values() for n in e.gives if figure_of(n)]
    return tuple(dict.fromkeys([*given, *key_figures(layout, site.strategy)]))


def outside(site: Site) -> tuple[str, ...]:
    """Series whose origin is told interval by interval."""
    given = [n for e in site.external.values() for n in e.gives]
    return tuple(dict.fromkeys([*given, *figures(site)]))


def receivers(site: Site) -> Mapping[str, Receiving]:
    """Further sources that take balances back, by name; ConfigurationError as `open_data`."""
    opened = {name: _open(site, name) for name in site.external}
    return {name: s for name, s in opened.items() if isinstance(s, Receiving)}


def _open(site: Site, name: str) -> DataSource:
    declared = site.external[name]
    needed = _needed(site)
    series = {
        n: needed.get(n) or Series(n, quantity)
        for n in declared.gives
        if (quantity := needed[n].quantity if n in needed else quantity_of(n))
    }
    try:
        return _configured(declared.source).open(site.folder, series)
    except ConfigurationError as error:
        where = site.where(f"external.{name}.source")
        raise type(error)(
            [Problem(p.where or where, p.what, p.hint) for p in error.problems]
        ) from error


def _configured(declared: object) -> SourceConfiguration:
    return cast(SourceConfiguration, declared)


def _needed(site: Site) -> Mapping[str, Series]:
    return required_series(site.topology, site.business.series())
