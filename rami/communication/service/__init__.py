"""Services of different owners: what they say to each other, and what each declares.

Messages are plain data with a schema and a version; a service is a declaration and a function.
Names are loaded on first use: a site file is checked without arrays.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rami.communication.service.bus import Bus, Rights
    from rami.communication.service.contract import (
        Fallback,
        Inbox,
        Need,
        Offer,
        Service,
        ServiceDeclaration,
    )
    from rami.communication.service.function import Said, function_service
    from rami.communication.service.message import Message, Topic
    from rami.communication.service.payload import (
        Alarm,
        FlexibilityAnswer,
        FlexibilityOffer,
        FlexibilityRequest,
        Forecast,
        KeyFigures,
        Limits,
        Measurement,
        NegotiationCall,
        NegotiationReady,
        Payload,
        PriceSignal,
        QualityReport,
        ScheduleMessage,
        SetPointAnswer,
        SetPointRequest,
        Settlement,
        SettlementAnswer,
    )
    from rami.communication.service.settings import Place, ServiceConfiguration

_HOMES = {
    "Bus": "bus",
    "Rights": "bus",
    "Fallback": "contract",
    "Inbox": "contract",
    "Need": "contract",
    "Offer": "contract",
    "Service": "contract",
    "ServiceDeclaration": "contract",
    "Message": "message",
    "Topic": "message",
    "Alarm": "payload",
    "FlexibilityAnswer": "payload",
    "FlexibilityOffer": "payload",
    "FlexibilityRequest": "payload",
    "Forecast": "payload",
    "KeyFigures": "payload",
    "Limits": "payload",
    "Measurement": "payload",
    "NegotiationCall": "payload",
    "NegotiationReady": "payload",
    "Payload": "payload",
    "PriceSignal": "payload",
    "QualityReport": "payload",
    "ScheduleMessage": "payload",
    "SetPointAnswer": "payload",
    "SetPointRequest": "payload",
    "Settlement": "payload",
    "SettlementAnswer": "payload",
    "Place": "settings",
    "Said": "function",
    "ServiceConfiguration": "settings",
    "function_service": "function",
}
__all__ = [
    "Alarm",
    "Bus",
    "Fallback",
    "FlexibilityAnswer",
    "FlexibilityOffer",
    "FlexibilityRequest",
    "Forecast",
    "Inbox",
    "KeyFigures",
    "Limits",
    "Measurement",
    "Message",
    "Need",
    "NegotiationCall",
    "NegotiationReady",
    "Offer",
    "Payload",
    "Place",
    "PriceSignal",
    "QualityReport",
    "Rights",
    "Said",
    "ScheduleMessage",
    "Service",
    "ServiceConfiguration",
    "ServiceDeclaration",
    "SetPointAnswer",
    "SetPointRequest",
    "Settlement",
    "SettlementAnswer",
    "Topic",
    "function_service",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
