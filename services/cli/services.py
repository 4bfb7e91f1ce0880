"""`rami services`: what there is, whether it fits together, and running it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event
from time import time_ns

from rami.communication.service.payload import PAYLOADS
from rami.communication.service.waiting import gives, missing, order, understood, waiting
from rami.core.errors import ConfigurationError, Problem, RamiError
from rami.core.timegrid import NS, instant
from services.cli.output import note, print_json, print_table, printable
from services.cli.site import served
from services.platform.clock import SetClock
from services.platform.follower import Follower
from services.platform.mailroom import INSTEAD

#: most seconds between two looks at the clock, where nothing is heard
_BEAT_S = 1.0


def listed(file: Path | None, json: bool) -> None:
    """One line each, in the order in which they run."""
    from services.assemble import services as assemble

    site = served(file)
    declared, border = assemble.declarations(site), assemble.border(site)
    graph = waiting(declared.values(), border)
    rows = []
    for step, level in enumerate(order(graph), 1):
        for name in level:
            one = declared[name]
            rows.append(
                {
                    "step": step,
                    "service": name,
                    "owner": one.owner,
                    "kind": site.declaration.services[name].kind,
                    "period_s": one.period_s,
                    "deadline_s": one.deadline_s,
                    "consumes": [f"{n.kind}/{n.subject} else {n.fallback}" for n in one.consumes],
                    "provides": [f"{o.kind}/{o.subject}" for o in one.provides],
                    "waits_for": sorted(graph.predecessors(name)),
                }
            )
    if json:
        print_json(rows)
    elif not rows:
        note(f"{site.name} has no section `services`")
    else:
        cells = [[", ".join(v) if isinstance(v, list) else v for v in r.values()] for r in rows]
        header = tuple(key.replace("_", " ") for key in rows[0])
        print_table(header, cells)


def check(file: Path | None, json: bool) -> None:
    """Raises ConfigurationError with all that cannot work; prints what is worth a look."""
    from services.assemble import services as assemble

    site = served(file)
    declared, border = assemble.declarations(site), assemble.border(site)
    graph = waiting(declared.values(), border)
    problems: list[Problem] = []
    remarks: list[Problem] = []
    for name, one in declared.items():
        where = site.where(f"services.{name}")
        for offer in one.provides:
            if not understood(offer):
                own = PAYLOADS[offer.kind].version
                what = f"says {offer.kind}/{offer.version}, spoken here is {own}"
                problems.append(Problem(where, what))
        for need in missing(graph, one):
            others = [p for p in declared.values() if p.name != name]
            shut = {p.owner for p in others if gives(p, need) and p.owner != one.owner}
            why = f"no zone lets it out of {', '.join(sorted(shut))}" if shut else "nobody has it"
            what = f"{need.kind}/{need.subject}: {why}"
            if need.fallback == "wait":
                problems.append(Problem(where, f"needs {what}"))
            else:
                instead = f"{INSTEAD[need.fallback]} in its place"
                remarks.append(Problem(where, f"needs {what}; {instead}"))
    try:
        order(graph)
    except ConfigurationError as error:
        problems += [Problem(site.where("services"), p.what, p.hint) for p in error.problems]
    problems += [
        Problem(site.where("zones"), f"no service of {crossing.owner} says {kind}")
        for crossing in site.declaration.zones
        for kind in crossing.kinds
        if not any(
            o.kind == kind for d in declared.values() if d.owner == crossing.owner
            for o in d.provides
        )
    ]  # fmt: skip
    if json:
        plain = [{"where": p.where, "what": p.what} for p in [*problems, *remarks]]
        print_json({"services": len(declared), "problems": len(problems), "remarks": plain})
    else:
        for remark in remarks:
            note(str(remark))
    if problems:
        raise ConfigurationError(problems)
    if not json:
        note(f"{site.name}: {len(declared)} services fit together")


def schema() -> None:
    """By `kind/version`, as JSON."""
    print_json({f"{k}/{m.version}": m.model_json_schema() for k, m in PAYLOADS.items()})


def run(
    file: Path,
    owners: frozenset[str],
    folder: Path,
    cycles: int,
    at: str | None,
    follow: bool,
    json: bool,
) -> None:
    """Until stopped, or for so many looks at the clock; of one that follows, so many cycles."""
    from services.assemble import services as assemble
    from services.platform.events import ServiceEvent

    def told(event: ServiceEvent) -> None:
        note(printable(event.text))

    site = served(file)
    declared = assemble.declarations(site)
    unknown = owners - {d.owner for d in declared.values()}
    if unknown:
        raise ConfigurationError(f"no service of {', '.join(sorted(unknown))} in {file}")
    clock = SetClock(_instant(at) if at else 0) if at or follow else time_ns
    step_ns = round(min((d.period_s for d in declared.values() if d.period_s), default=1.0) * NS)
    done = 0
    with assemble.platform(site, clock, folder, told, owners, follow=follow) as platform:
        if follow and isinstance(clock, SetClock):
            Follower(platform, clock).go(Event(), cycles)
            done = max(cycles, 1)
        while not cycles or done < cycles:
            platform.cycle()
            done += 1
            if isinstance(clock, SetClock):
                clock.now_ns += step_ns
            elif done != cycles:
                platform.wait(_BEAT_S)
        said = [m for owner in platform.mailrooms for m in platform.newest(owner)]
    told_by = {(m.topic.owner, m.topic.service): m for m in said}
    rows = [
        {
            "service": name,
            "owner": m.declaration.owner,
            "runs": m.runs,
            "trouble": m.trouble,
            "heard": m.sender in told_by,
            "reason": told_by[m.sender].reason if m.sender in told_by else "",
        }
        for name, m in platform.members.items()
    ]
    if json:
        print_json(rows)
    else:
        print_table(tuple(rows[0]) if rows else (), [tuple(row.values()) for row in rows])


def _instant(text: str) -> int:
    try:
        return instant(text)
    except ValueError as error:
        raise ConfigurationError([Problem("--at", str(error))]) from error


def broker_config(
    files: Sequence[Path], folder: Path, host: str, port: int, names: tuple[str, ...], user: str
) -> None:
    """Files of a broker for all parties that are enrolled."""
    from rami.communication.service.bus import Rights
    from services.assemble import services as assemble
    from services.platform.parties import broker
    from services.platform.parties.registry import Parties

    known = Parties(folder).known()
    active = {name for name, one in known.items() if not one.revoked}
    if not active:
        raise ConfigurationError(
            [Problem(str(folder), "nobody is enrolled there", "`rami parties enrol NAME`")]
        )
    merged = {name: Rights(name) for name in sorted(active)}
    for file in files:
        border = assemble.border(served(file))
        for party in active & set(border.parties):
            more, had = border.rights(party), merged[party]
            merged[party] = Rights(party, had.sends + more.sends, had.hears + more.hears)
        for party in sorted(set(border.parties) - active):
            note(f"{party} of {file} is not enrolled and has no rights")
    try:
        written = broker.write(
            folder / "broker", merged.values(), folder / "ca", host, port, names, user
        )
    except OSError as error:
        raise RamiError(f"{folder}: {error}") from error
    note(f"mosquitto -c {written}")
