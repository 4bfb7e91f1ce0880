"""Arguments of methods: looked at one by one, then as the site takes them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from asyncua import ua

from rami.communication.information_model.access import Access
from rami.communication.information_model.enumerations import ENUMERATIONS
from rami.communication.information_model.methods import Input, Method
from rami.communication.information_model.node import VariableNode
from rami.communication.information_model.site_model import SiteModel
from rami.communication.live_site import Verb
from services.opcua.corrections.calls import WrongInputs
from services.opcua.server import OpcuaServer

_SC = ua.StatusCodes
#: characters of a text, ms of a lease
_TEXT, _LEASE = 1000, 30 * 86_400_000.0


class Inputs:
    """Of the methods of a model that is in a server."""

    def __init__(self, server: OpcuaServer, model: SiteModel) -> None:
        twins = model.variables
        self._twins = {server.nodes[model.ids.path(twin)].nodeid: twin for twin in twins}
        nodes = model.nodes.nodes
        self._points = {
            twin: {str(at.identifier) for at in variables if _is_set_point(nodes[at])}
            for twin, variables in twins.items()
        }

    def looking(self, method: Method) -> Callable[[Any, list[Any]], None]:
        """Looks at the arguments of a call of `method`; it raises WrongInputs."""

        def look(place: Any, values: list[Any]) -> None:
            twin = self._twins.get(place, "")
            codes = [
                self._code(wanted, twin, value)
                for wanted, value in zip(method.inputs, values, strict=True)
            ]
            if any(codes):
                raise WrongInputs(codes)

        return look

    def _code(self, wanted: Input, twin: str, value: Any) -> int:
        words = ENUMERATIONS.get(wanted.argument.data_type)
        if words is not None:
            return 0 if 0 <= value < len(words.words) else int(_SC.BadOutOfRange)
        match wanted.key:
            case "point":
                return 0 if value in self._points.get(twin, ()) else int(_SC.BadNotFound)
            case "value":
                return 0 if math.isfinite(value) else int(_SC.BadOutOfRange)
            case "lease_s":
                return 0 if 0.0 <= value <= _LEASE else int(_SC.BadOutOfRange)
        text = value or ""
        return 0 if len(text) <= _TEXT and text.isprintable() else int(_SC.BadInvalidArgument)

    def taken(self, method: Method, place: Any, values: list[Any]) -> dict[str, Any]:
        """As the verb takes them: words, seconds, nothing for the site's default."""
        arguments: dict[str, Any] = {}
        if method.owner == "twin" and method.verb not in (Verb.SET_POINT, Verb.GIVE_BACK):
            arguments["twin"] = self._twins[place]
        for wanted, value in zip(method.inputs, values, strict=True):
            words = ENUMERATIONS.get(wanted.argument.data_type)
            arguments[wanted.key] = value or "" if words is None else words.word(value)
        lease = arguments.pop("lease_s", None)
        if lease:
            arguments["lease_s"] = float(lease) / 1000.0
        return arguments


def _is_set_point(node: Any) -> bool:
    return isinstance(node, VariableNode) and node.access is Access.SET_POINT
