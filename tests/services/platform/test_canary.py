"""Three companies on one installation: nobody ever holds another's data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import time_ns

from rami.communication.service.contract import Inbox, Need, Offer, ServiceDeclaration
from rami.communication.service.function import Said, function_service
from rami.integration.audit import AuditFile, verify
from tests.adapters.buses.broker import running, until
from tests.communication.service.said import NOW, SITE, border, crossing, forecast, message
from tests.services.platform.stage import Stage, process, thread

OWNERS = ("alpha", "beta", "gamma")


def _canary(owner: str) -> str:
    return f"secret.{owner}.canary"


def _number(owner: str) -> float:
    return 4711.25 + OWNERS.index(owner)


def _says(owner: str) -> list[Said]:
    own = forecast([_number(owner), 1.0], _canary(owner))
    open_ = forecast([1.0, 2.0], f"public.{owner}")
    return [Said(own, subject="own"), Said(open_, subject="open")]


def alpha(inbox: Inbox) -> list[Said]:
    return _says("alpha")


def beta(inbox: Inbox) -> list[Said]:
    return _says("beta")


def gamma(inbox: Inbox) -> list[Said]:
    raise RuntimeError(f"{_canary('gamma')} {_number('gamma')}")


def listens(inbox: Inbox) -> None:
    heard = {p for m in inbox.messages.values() for p in m.payload.paths()}
    own = inbox.messages and next(iter(inbox.messages)).split("/")[1]
    assert heard is not None, own


def _service(owner: str) -> ServiceDeclaration:
    offers = (Offer("forecast", "own"), Offer("forecast", "open"))
    return ServiceDeclaration(f"load_{owner}", owner, (), offers)


def _listener(owner: str) -> ServiceDeclaration:
    return ServiceDeclaration(f"desk_{owner}", owner, (Need("forecast"),))


def _strings(owner: str) -> Sequence[bytes]:
    return _canary(owner).encode(), str(_number(owner)).encode()


def test_no_canary_is_found_in_anothers_files_messages_or_logs(tmp_path: Path) -> None:
    acts = {"alpha": alpha, "beta": beta, "gamma": gamma}
    members = [process(function_service(_service(o), acts[o], SITE)) for o in OWNERS]
    members += [thread(function_service(_listener(o), listens, SITE)) for o in OWNERS]
    crossings = [
        crossing(owner, [o for o in OWNERS if o != owner], ["forecast"], ["public.*"])
        for owner in OWNERS
    ]
    stage = Stage(*members, folder=tmp_path, crossings=tuple(crossings))
    with stage.platform as platform:
        platform.cycle(NOW)
        heard = {owner: platform.newest(owner) for owner in OWNERS}
    for owner in OWNERS:
        others = [o for o in OWNERS if o != owner]
        texts = [m.encode() for m in heard[owner]]
        texts += [f.read_bytes() for f in (tmp_path / owner).rglob("*") if f.is_file()]
        texts.append(str(stage.events).encode())
        found = [c for other in others for c in _strings(other) for t in texts if c in t]
        assert found == [], owner
    # what may cross did, what may not was refused and counted
    topics = {str(m.topic) for m in heard["alpha"]}
    assert f"{SITE}/beta/load_beta/forecast/open" in topics
    assert f"{SITE}/alpha/load_alpha/forecast/own" in topics
    assert stage.refusals["alpha"].counts()["zone"] == 1
    gammas = (tmp_path / "gamma" / "services.jsonl").read_bytes()
    assert all(one in gammas for one in _strings("gamma"))


def test_refusals_are_in_the_audit(tmp_path: Path) -> None:
    audit = AuditFile(tmp_path / "audit.jsonl", lambda: NOW)
    says = thread(function_service(_service("alpha"), alpha, SITE))
    stage = Stage(says, thread(function_service(_listener("beta"), listens, SITE)), crossings=())
    stage.refusals["beta"]._audit = audit
    with stage.platform as platform:
        platform.cycle(NOW)
    audit.close()
    assert verify(tmp_path / "audit.jsonl").findings == ()
    assert "load_alpha" in (tmp_path / "audit.jsonl").read_text()


def test_a_broker_passes_nothing_that_no_zone_names(tmp_path: Path) -> None:
    """Everything that anybody but the owner can read there is looked through."""
    made = border(crossing(signals=["dhs.group_*"]))
    with running(tmp_path, made) as broker:
        buildings = broker.bus("buildings", time_ns)
        buildings.open()
        captured: list[bytes] = []
        spy = broker.bus("network", time_ns)
        spy.open()
        spy._client.on_message = lambda _c, _u, came: captured.append(bytes(came.payload))
        spy._client.subscribe("#", qos=1)
        public = message(sent_ns=time_ns())
        secret = message(sequence=2, sent_ns=time_ns(), payload=forecast(name="secret.canary"))
        try:
            try:
                buildings.send(secret)
            except Exception as error:  # noqa: BLE001 - whichever it is, it says why
                assert "zone" in str(error)
            buildings.send(public)
            until(lambda: captured, "what may cross")
            assert buildings.refused() == {"zone": 1}
            assert all(b"canary" not in text for text in captured)
        finally:
            spy.close()
            buildings.close()
        assert "canary" not in broker.log()
