"""Every heat exchanger of a station, its two networks, its live power and unit.

From the endpoint alone: types by their names, everything else by types and references. Needs
`asyncua`, knows nothing of rami-twins.

    python heat_exchangers.py opc.tcp://127.0.0.1:4840/rami
    python heat_exchangers.py URL --user operator --password ... --certificate c.der --key k.pem
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from asyncua import Client, Node, ua

TYPES = "urn:rami-twins:types"
_SUBTYPE = ua.ObjectIds.HasSubtype


async def below(start: Node, reference: int) -> AsyncIterator[Any]:
    """Everything that references lead to from a node, with the descriptions of Browse."""
    level, seen = [start], {start.nodeid}
    while level:
        further = []
        for node in level:
            for found in await node.get_references(reference, ua.BrowseDirection.Forward):
                if found.NodeId not in seen:
                    seen.add(found.NodeId)
                    further.append(node.new_node(node.session, found.NodeId))
                    yield found
        level = further


async def named(client: Client, start: int, name: str) -> Any:
    """The type of ours with a name."""
    index = await client.get_namespace_index(TYPES)
    wanted = ua.QualifiedName(name, index)
    async for found in below(client.get_node(start), _SUBTYPE):
        if found.BrowseName == wanted:
            return found.NodeId
    raise LookupError(f"the server has no type {name}")


async def heat_exchangers(client: Client) -> list[dict[str, Any]]:
    """As they are now."""
    kind = await named(client, ua.ObjectIds.BaseObjectType, "HeatExchangerType")
    kinds = {kind, *[t.NodeId async for t in below(client.get_node(kind), _SUBTYPE)]}
    connected = await named(client, ua.ObjectIds.NonHierarchicalReferences, "ConnectedTo")
    index = await client.get_namespace_index(TYPES)
    rows = []
    async for found in below(client.nodes.objects, ua.ObjectIds.HierarchicalReferences):
        if found.TypeDefinition not in kinds:
            continue
        node = client.get_node(found.NodeId)
        networks = await node.get_references(connected, ua.BrowseDirection.Forward)
        power = await node.get_child([f"{index}:Measurements", f"{index}:P"])
        unit = await (await power.get_child("0:EngineeringUnits")).read_value()
        value = await power.read_data_value(raise_on_bad_status=False)
        rows.append(
            {
                "name": found.DisplayName.Text,
                "networks": [n.DisplayName.Text for n in networks],
                "power": value.Value.Value,
                "unit": unit.DisplayName.Text,
                "status": value.StatusCode.name,
            }
        )
    return rows


async def main(told: argparse.Namespace) -> None:
    """Print a line for each, as JSON."""
    client = Client(told.url)
    if told.certificate:
        client.application_uri = told.application
        security = f"Basic256Sha256,SignAndEncrypt,{told.certificate},{told.key}"
        await client.set_security_string(security)
    if told.user:
        client.set_user(told.user)
        client.set_password(told.password)
    async with client:
        for row in await heat_exchangers(client):
            sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url")
    for option in ("user", "password", "certificate", "key"):
        parser.add_argument(f"--{option}")
    parser.add_argument("--application", default="urn:client", help="URI in the certificate")
    asyncio.run(main(parser.parse_args()))
