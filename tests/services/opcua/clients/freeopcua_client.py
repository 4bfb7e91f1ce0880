"""A client of the PyPI package `opcua` at work; writes what it found as JSON.

python freeopcua_client.py URL CERTIFICATE KEY USER PASSWORD
"""

import json
import os
import sys
import time
import traceback
from datetime import datetime

from opcua import Client, ua

TYPES = "urn:rami-twins:types"
OBJECT = ua.NodeClass.Object


def type_named(client, name):
    level = [client.get_node(ua.ObjectIds.BaseObjectType)]
    while level:
        below = [b for at in level for b in at.get_children(ua.ObjectIds.HasSubtype)]
        for one in below:
            known = one.get_browse_name()
            if known.Name == name and known.NamespaceIndex == client.types:
                return one
        level = below
    raise LookupError(name)


def things(client, name):
    wanted = type_named(client, name).nodeid
    level, seen = [client.get_objects_node()], set()
    while level:
        below = []
        for at in level:
            for r in at.get_children_descriptions(nodeclassmask=OBJECT):
                if r.NodeId.NamespaceIndex and r.NodeId not in seen:
                    seen.add(r.NodeId)
                    below.append(client.get_node(r.NodeId))
                    if r.TypeDefinition == wanted:
                        yield below[-1]
        level = below


def child(node, *names):
    for name in names:
        node = next(c for c in node.get_children() if c.get_browse_name().Name == name)
    return node


def unit(variable):
    return child(variable, "EngineeringUnits").get_value().DisplayName.Text


def soon(holds, what):
    for _ in range(1500):
        found = holds()
        if found:
            return found
        time.sleep(0.02)
    raise TimeoutError(what)


class Heard:
    def __init__(self):
        self.values, self.events = set(), []

    def datachange_notification(self, node, value, data):
        self.values.add(value)

    def event_notification(self, event):
        self.events.append(event)


def refusal(act):
    try:
        act()
    except ua.UaStatusCodeError as error:
        return type(error).__name__
    return "Good"


def main(url, certificate, key, user, password):
    client = Client(url, timeout=30)
    client.application_uri = "urn:client:anna"
    client.set_security_string(f"Basic256Sha256,SignAndEncrypt,{certificate},{key}")
    client.set_user(user)
    client.set_password(password)
    client.connect()
    client.types = client.get_namespace_index(TYPES)
    told = {"layers": {}}
    nodes = {}
    for storage in things(client, "HeatStorageType"):
        series = child(storage, "Measurements", "T_series")
        for layer in series.get_children(ua.ObjectIds.HasOrderedComponent):
            name = layer.get_display_name().Text
            nodes[name] = layer
            told["layers"][name] = [layer.get_value(), unit(layer)]
    top = nodes["T_1"]

    heard = Heard()
    subscription = client.create_subscription(50, heard)
    subscription.subscribe_data_change(top)
    told["changes"] = len(soon(lambda: len(heard.values) > 1 and heard.values, "changes"))

    alarm = client.get_node(ua.ObjectIds.OffNormalAlarmType)
    fields = ua.EventFilter()
    for path in (["EventId"], ["EventType"], ["Message"], ["Severity"], ["AckedState", "Id"],
                 ["ConditionName"]):  # fmt: skip
        clause = ua.SimpleAttributeOperand()
        clause.TypeDefinitionId = ua.NodeId(ua.ObjectIds.BaseEventType)
        clause.BrowsePath = [ua.QualifiedName(name) for name in path]
        clause.AttributeId = ua.AttributeIds.Value
        fields.SelectClauses.append(clause)
    clause = ua.SimpleAttributeOperand()
    clause.TypeDefinitionId = ua.NodeId(ua.ObjectIds.ConditionType)
    clause.AttributeId = ua.AttributeIds.NodeId
    fields.SelectClauses.append(clause)
    one = ua.ContentFilterElement()
    one.FilterOperator = ua.FilterOperator.OfType
    literal = ua.LiteralOperand()
    literal.Value = ua.Variant(alarm.nodeid)
    one.FilterOperands = [literal]
    fields.WhereClause.Elements = [one]
    subscription._subscribe(client.get_server_node(), ua.AttributeIds.EventNotifier, fields)

    site = next(iter(things(client, "SiteType")))
    strategy = child(site, "Strategy")
    told["called"] = strategy.call_method(child(strategy, "Replan"))

    def alarms(acknowledged):
        rows = [e.get_event_props_as_fields_dict() for e in heard.events]
        return [r for r in rows if r["AckedState"].Value is acknowledged]

    raised = soon(lambda: alarms(False), "alarm")[-1]
    told["alarm"] = [raised["Message"].Value.Text, raised["Severity"].Value,
                     raised["ConditionName"].Value]  # fmt: skip
    condition = client.get_node(raised["NodeId"].Value)
    told["acknowledged"] = refusal(
        lambda: condition.call_method(
            ua.NodeId(ua.ObjectIds.AcknowledgeableConditionType_Acknowledge),
            ua.Variant(raised["EventId"].Value, ua.VariantType.ByteString),
            ua.LocalizedText("seen by freeopcua"),
        )
    )
    soon(lambda: alarms(True), "acknowledged alarm")

    begin = datetime(2019, 1, 14)  # noqa: DTZ001
    past = top.read_raw_history(begin, begin.replace(minute=1))
    told["history"] = [v.Value.Value for v in past]
    twin = next(iter(things(client, "HeatTransferStationType")))
    told["refused"] = refusal(
        lambda: twin.call_method(
            child(twin, "ChangeMode"), ua.Variant(1, ua.VariantType.Int32), "trial"
        )
    )
    told["not_written"] = refusal(lambda: top.set_value(ua.Variant(1.0, ua.VariantType.Double)))
    subscription.delete()
    client.disconnect()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except:  # noqa: E722
        traceback.print_exc()
        sys.stderr.flush()
        # its threads would keep it
        os._exit(1)
