"""The window of the PyPI package `opcua-client`, without a screen; prints what it shows as JSON.

python qt_client.py URL CERTIFICATE KEY ; the URL holds user and password
"""

import json
import os
import sys
import time
import traceback

from asyncua import ua
from PyQt5.QtCore import QCoreApplication, QItemSelectionModel, QSettings
from PyQt5.QtWidgets import QApplication
from uaclient.mainwindow import Window
from uawidgets.call_method_dialog import CallMethodDialog

TYPES = "urn:rami-twins:types"


class Desk:
    """Somebody at the window."""

    def __init__(self, app, window):
        self.app, self.window = app, window

    def soon(self, holds, what):
        for _ in range(1500):
            self.app.processEvents()
            found = holds()
            if found:
                return found
            time.sleep(0.02)
        raise TimeoutError(what)

    def select(self, node):
        """Open the tree down to a node and select it there."""
        self.window.tree_ui.expand_to_node(node)
        self.app.processEvents()
        view = self.window.ui.treeView
        assert self.window.get_current_node().nodeid == node.nodeid
        view.selectionModel().select(view.currentIndex(), QItemSelectionModel.ClearAndSelect)
        self.app.processEvents()

    def attributes(self):
        """What the attributes' view shows: names and texts, depth first."""
        found = {}

        def walk(item):
            for row in range(item.rowCount()):
                name, text = item.child(row, 0), item.child(row, 1)
                if text is not None and text.text():
                    found.setdefault(name.text(), text.text())
                walk(name)

        walk(self.window.attrs_ui.model.invisibleRootItem())
        return found


def child(node, *names):
    for name in names:
        node = next(c for c in node.get_children() if c.read_browse_name().Name == name)
    return node


def things(client, name):
    """Objects below Objects, by the name of their type."""
    index = client.get_namespace_index(TYPES)
    level, seen = [client.nodes.objects], set()
    while level:
        below = []
        for at in level:
            for r in at.get_children_descriptions(nodeclassmask=ua.NodeClass.Object):
                if r.NodeId.NamespaceIndex and r.NodeId not in seen:
                    seen.add(r.NodeId)
                    below.append(client.get_node(r.NodeId))
                    told = client.get_node(r.TypeDefinition).read_browse_name()
                    if told == ua.QualifiedName(name, index):
                        yield below[-1]
        level = below


class Alarms:
    def __init__(self):
        self.events = []

    def event_notification(self, event):
        self.events.append(event)


def call(desk, method, *texts):
    """As somebody does in the dialogue; what it shows."""
    dialogue = CallMethodDialog(desk.window, desk.window.uaclient.client, method)
    for field, text in zip(dialogue.inputs, texts, strict=True):
        field.setText(text)
    dialogue.call()
    return dialogue.result_label.text()


def main(url, certificate, key):
    app = QApplication(sys.argv[:1])
    QSettings.setPath(QSettings.NativeFormat, QSettings.UserScope, sys.argv[4])
    window = Window()
    window.show()
    client_ui = window.uaclient
    client_ui.application_uri = "urn:client:anna"
    client_ui.application_certificate_path = certificate
    client_ui.application_private_key_path = key
    window.ui.addrComboBox.setCurrentText(url)
    client_ui.security_mode, client_ui.security_policy = "SignAndEncrypt", "Basic256Sha256"
    window.connect()
    desk, client = Desk(app, window), client_ui.client

    storage = next(iter(things(client, "HeatStorageType")))
    series = child(storage, "Measurements", "T_series")
    layers = series.get_children(ua.ObjectIds.HasOrderedComponent)
    told = {"layers": {}}
    for layer in layers:
        desk.select(layer)
        shown = desk.attributes()
        unit = child(layer, "EngineeringUnits")
        told["layers"][shown["DisplayName"].split("'")[-2] if "'" in shown["DisplayName"]
                       else shown["DisplayName"]] = [
            shown["Value"], unit.read_value().DisplayName.Text]  # fmt: skip
    top = layers[0]

    desk.select(top)
    window.ui.actionSubscribeDataChange.trigger()
    seen = set()

    def changing():
        item = window.datachange_ui.model.item(0, 1)
        if item is not None and item.text() != "No Data yet":
            seen.add(item.text())
        return len(seen) > 1

    desk.soon(changing, "changes")
    told["changes"] = len(seen)

    desk.select(client.nodes.server)
    window.ui.actionSubscribeEvent.trigger()
    alarms = Alarms()
    subscription = client.create_subscription(50, alarms)
    kind = client.get_node(ua.ObjectIds.OffNormalAlarmType).aio_obj
    heard = subscription.aio_obj.subscribe_alarms_and_conditions(client.nodes.server.aio_obj, kind)
    client.tloop.post(heard)
    site = next(iter(things(client, "SiteType")))
    told["called"] = call(desk, child(site, "Strategy", "Replan"))
    rows = window.event_ui.model
    desk.soon(
        lambda: any(
            "plant lost" in rows.item(row, 0).text() for row in range(rows.rowCount())
        ),
        "alarm in the window",
    )  # fmt: skip
    (raised,) = desk.soon(lambda: [e for e in alarms.events if not acked(e)][:1], "alarm")
    told["alarm"] = raised.Message.Text
    condition = client.get_node(raised.NodeId)
    try:
        condition.call_method(
            ua.NodeId(ua.ObjectIds.AcknowledgeableConditionType_Acknowledge),
            raised.EventId,
            ua.LocalizedText("seen in a window"),
        )
        told["acknowledged"] = "Good"
    except ua.UaStatusCodeError as error:
        told["acknowledged"] = type(error).__name__
    desk.soon(lambda: [e for e in alarms.events if acked(e)], "acknowledged alarm")

    twin = next(iter(things(client, "HeatTransferStationType")))
    told["refused"] = call(desk, child(twin, "ChangeMode"), "1", "trial")
    window.close()
    QCoreApplication.quit()
    sys.stdout.write(json.dumps(told) + "\n")


def acked(event):
    return getattr(event, "AckedState/Id")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except:  # noqa: E722
        traceback.print_exc()
        sys.stderr.flush()
        # its threads would keep it
        os._exit(1)
