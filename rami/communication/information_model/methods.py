"""The methods and what they ask of a running site (`rami.communication.live_site.Verb`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from rami.communication.information_model import standard as ua
from rami.communication.information_model.access import Access
from rami.communication.information_model.enumerations import BACKEND_KIND, MODE
from rami.communication.information_model.node_id import NodeId
from rami.communication.information_model.values import Argument, Rank
from rami.communication.live_site import Verb

#: whose method it is; a twin's method gives its verb the argument `twin`
Owner = Literal["twin", "site", "strategy"]


@dataclass(frozen=True)
class Input:
    """An argument, and the key under which the verb takes it."""

    key: str
    argument: Argument


@dataclass(frozen=True)
class Method:
    """A method of the types of its owner; all give back `OUTPUTS`."""

    access: Access
    verb: Verb
    owner: Owner
    description: str
    inputs: tuple[Input, ...] = ()

    @property
    def name(self) -> str:
        """Browse name."""
        return self.access.value


def _input(key: str, name: str, data_type: NodeId, description: str) -> Input:
    return Input(key, Argument(name, data_type, description))


_WHY = _input("why", "Why", ua.STRING, "the reason, for the record")
_POINT = _input("point", "Point", ua.STRING, "path of the set-point in the site, e.g. hts.hp.u")

OUTPUTS: Final = (
    Argument("Done", ua.BOOLEAN, "whether it was done"),
    Argument("Reasons", ua.STRING, "every reason why not", Rank.ARRAY),
)
METHODS: Final = (
    Method(
        Access.CHANGE_MODE,
        Verb.MODE,
        "twin",
        "Enter a mode, through its gates.",
        (_input("mode", "Mode", MODE.id, "the mode to enter"), _WHY),
    ),
    Method(
        Access.SWAP_BACKEND,
        Verb.SWAP,
        "twin",
        "Go over to the model or to the plant.",
        (_input("backend", "Backend", BACKEND_KIND.id, "what to go over to"), _WHY),
    ),
    Method(
        Access.SET_MANUAL,
        Verb.SET_POINT,
        "twin",
        "Set a set-point by hand and keep it until the lease ends; the guard looks at it first.",
        (
            _POINT,
            _input("value", "Value", ua.DOUBLE, "in the unit of the set-point"),
            _input("lease_s", "Lease", ua.DURATION, "ms; 0: the site's default"),
        ),
    ),
    Method(
        Access.GIVE_BACK,
        Verb.GIVE_BACK,
        "twin",
        "End the lease of a set-point before its time.",
        (_POINT,),
    ),
    Method(
        Access.EMERGENCY,
        Verb.EMERGENCY,
        "twin",
        "Take every set-point of the twin to its safe value and hold it there.",
        (_WHY,),
    ),
    Method(Access.RELEASE, Verb.RELEASE, "twin", "End an emergency stop.", (_WHY,)),
    Method(Access.REPLAN, Verb.REPLAN, "strategy", "Make a new schedule now."),
    Method(
        Access.APPLY_SCHEDULE,
        Verb.APPLY,
        "strategy",
        "Follow the schedule that waits for an operator.",
    ),
    Method(
        Access.REJECT_SCHEDULE,
        Verb.REJECT,
        "strategy",
        "Drop the schedule that waits for an operator.",
        (_WHY,),
    ),
    Method(Access.CHECKPOINT, Verb.CHECKPOINT, "site", "Save the whole run, to go on from it."),
    Method(Access.STOP, Verb.STOP, "site", "End the run in good order.", (_WHY,)),
)


def methods_of(owner: Owner) -> tuple[Method, ...]:
    """The methods of an owner's types."""
    return tuple(m for m in METHODS if m.owner == owner)
