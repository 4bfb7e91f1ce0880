"""Hole: a notification costs 80 to 120 µs, and much that is asked for is not there.

asyncua copies the DataValue deeply for each monitored item and encodes it anew for each
subscriber; at 1,000 items and 10 Hz it delivers a sixth. Sampling intervals, percent deadbands,
MaxNotificationsPerPublish, ModifySubscription, DiscardOldest, TimestampsToReturn are ignored; a
message sent again is forgotten; acknowledgements are taken from anybody.

Here `services.opcua.live` takes the place of asyncua's subscription service: a value is encoded
once for all who get it, and answers are put together around what is encoded already.
"""

from __future__ import annotations

from typing import Any

from asyncua import ua

from services.opcua.corrections.written_for import Correction
from services.opcua.live.service import Subscriptions

CORRECTION = Correction(
    "a notification costs 80 to 120 µs, sampling and queues are ignored",
    security=False,
    parts={
        "server.uaprocessor:UaProcessor._process_message": "4d109f55a1bcc75d",
        "server.subscription_service:SubscriptionService": "ca2dab832786355d",
        "server.internal_session:InternalSession": "8f31e540001d69eb",
        "server.address_space:AddressSpace.add_datachange_callback": "4c0ce905aa53bb5a",
        "server.address_space:AddressSpace.read_attribute_value": "7204ef88f8dde48c",
        "server.monitored_item_service:WhereClauseEvaluator": "651f610b284af287",
        "common.connection:SecureConnection.message_to_binary": "786e2fdb233a72a1",
    },
)


def install(iserver: Any) -> None:
    """In a server that was not started yet."""
    service = Subscriptions(iserver.aspace, iserver.guards.settings.limits, iserver.session_by_id)
    iserver.subscription_service = iserver.isession.subscription_service = service
    ids = ua.ObjectIds
    iserver.own_services[ids.PublishRequest_Encoding_DefaultBinary] = service.publish
    iserver.own_services[ids.RepublishRequest_Encoding_DefaultBinary] = service.republish
