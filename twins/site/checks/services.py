"""Services: who speaks for a run, and whose forecasts it plans on."""

from __future__ import annotations

from rami.core.wording import did_you_mean
from twins.site.checks.case import Case, children, word

RUN = "run"


def check_services(case: Case) -> None:
    """One run for each owner at most, each with twins; `forecasts.from` names a service."""
    services = dict(children(case.root, "services"))
    business = case.parts.business
    owners = dict(business.owners) if business is not None else {}
    speaks: dict[str, str] = {}
    for name, node in services.items():
        if word(node, "kind") != RUN:
            continue
        owner = word(node, "owner")
        if owner in speaks:
            what = f"the run speaks for {owner} already as {speaks[owner]!r}"
            case.faults.add(("services", name, "owner"), what)
        elif owner and owners and owner not in owners:
            what = f"{owner} owns no twin"
            case.faults.add(("services", name, "owner"), what, hint=did_you_mean(owner, owners))
        speaks.setdefault(owner, name)
    settings = dict(children(case.root, "forecasts"))
    source = settings["from"].value if "from" in settings else ""
    if not isinstance(source, str) or not source:
        return
    others = [name for name, node in services.items() if word(node, "kind") != RUN]
    if source != "*" and source not in others:
        hint = did_you_mean(source, others) if others else "declare it in section `services`"
        case.faults.add(("forecasts", "from"), f"no service {source!r}", hint=hint)
    elif not speaks:
        hint = "e.g. `services: {plant: {kind: run, owner: OWNER}}`"
        case.faults.add(("forecasts", "from"), "no service of kind `run` hears it", hint=hint)
