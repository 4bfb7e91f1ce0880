"""The matrix of roles and classes of nodes, cell by cell, as a client meets it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asyncua import ua

from rami.communication.information_model import RIGHTS, Access, Person, Right
from tests.services.opcua.served import Served, client, node, spaces


@pytest.mark.parametrize("role", list(Person))
def test_every_cell(served: Served, role: Person) -> None:
    async def cell(made: Any, access: Access) -> set[Right]:
        place = node(made, access.value)
        found = set()
        name = await place.read_attribute(ua.AttributeIds.BrowseName, raise_on_bad_status=False)
        if name.StatusCode.is_good():
            found.add(Right.BROWSE)
        if access.is_method:
            folder = node(made, "plant")
            wanted = ua.CallMethodRequest(ObjectId=folder.nodeid, MethodId=place.nodeid)
            (result,) = await made.uaclient.call([wanted])
            denied = {ua.StatusCodes.BadUserAccessDenied, ua.StatusCodes.BadMethodInvalid}
            hidden = {ua.StatusCodes.BadNodeIdUnknown}
            allowed = result.StatusCode.value not in denied | hidden
            executable = await place.read_attribute(
                ua.AttributeIds.UserExecutable, raise_on_bad_status=False
            )
            assert bool(executable.Value.Value) is (Right.CALL in RIGHTS[role, access])
            if allowed or access.value not in ("ChangeMode", "Replan", "Stop"):
                found |= {Right.CALL} & set(RIGHTS[role, access])
            return found
        value = await place.read_data_value(raise_on_bad_status=False)
        if value.StatusCode.is_good():
            found.add(Right.READ)
        given = ua.DataValue(ua.Variant(0.5, ua.VariantType.Double))
        (status,) = await made.uaclient.write_attributes([place.nodeid], [given])
        if status.is_good():
            found.add(Right.WRITE)
        level = await place.read_attribute(
            ua.AttributeIds.UserAccessLevel, raise_on_bad_status=False
        )
        if level.StatusCode.is_good():
            assert bool(level.Value.Value & 1) is (Right.READ in found)
            assert bool(level.Value.Value & 2) is (Right.WRITE in RIGHTS[role, access])
        return found

    async def work() -> dict[Access, set[Right]]:
        async with client(served.url, served.keys["anna"], role.value) as made:
            await spaces(made)
            return {access: await cell(made, access) for access in Access}

    found = asyncio.run(work())
    looked_at = Right.BROWSE | Right.READ | Right.WRITE | Right.CALL
    wanted = {access: set(RIGHTS[role, access] & looked_at) for access in Access}
    assert found == wanted


def test_a_batch_with_one_forbidden_node_is_refused_whole(served: Served) -> None:
    async def work() -> Any:
        async with client(served.url, served.keys["anna"], "operator") as made:
            await spaces(made)
            names = ["set_point", "measurement"]
            given = [ua.DataValue(ua.Variant(0.5, ua.VariantType.Double))] * 2
            nodes = [node(made, name).nodeid for name in names]
            both = await made.uaclient.write_attributes(nodes, given)
            (one,) = await made.uaclient.write_attributes(nodes[:1], given[:1])
            wrong = ua.DataValue(ua.Variant("much", ua.VariantType.String))
            (mistyped,) = await made.uaclient.write_attributes(nodes[:1], [wrong])
            return both, one, mistyped

    both, one, mistyped = asyncio.run(work())
    denied = ua.StatusCodes.BadUserAccessDenied
    assert [s.value for s in both] == [denied, denied]
    assert one.is_good()
    assert mistyped.value == ua.StatusCodes.BadTypeMismatch
    assert served.written == [("operator", 0.5)]
    assert [r.what for r in served.told("written")] == ["set_point"]
    assert [r.why for r in served.told("refused")] == ["batch of 2"]
    assert [r.outcome for r in served.rows() if r.what == "set_point"] == ["asked", "written"]


def test_nothing_is_written_without_audit(served: Served) -> None:
    async def work() -> Any:
        async with client(served.url, served.keys["anna"], "operator") as made:
            await spaces(made)
            served.audit.broken = True
            given = [ua.DataValue(ua.Variant(0.5, ua.VariantType.Double))]
            return await made.uaclient.write_attributes([node(made, "set_point").nodeid], given)

    try:
        (status,) = asyncio.run(work())
    finally:
        served.audit.broken = False
    assert not status.is_good()
    assert not served.written


def test_methods_know_who_calls(served: Served) -> None:
    async def work() -> Any:
        async with client(served.url, served.keys["anna"], "engineer") as made:
            await spaces(made)
            folder, method = node(made, "plant"), node(made, "ChangeMode")
            told = await folder.call_method(method, ua.Variant(2.0, ua.VariantType.Double))
            errors = []
            for arguments in ((), (ua.Variant("x"),), (ua.Variant(1.0), ua.Variant(2.0))):
                with pytest.raises(ua.UaStatusCodeError) as caught:
                    await folder.call_method(method, *arguments)
                errors.append(type(caught.value).__name__)
            with pytest.raises(ua.UaStatusCodeError, match="BadUserAccessDenied"):
                await folder.call_method(node(made, "Stop"))
            return told, errors

    told, errors = asyncio.run(work())
    assert told == "engineer"
    assert errors == ["BadArgumentsMissing", "BadInvalidArgument", "BadTooManyArguments"]
    assert served.called == [("engineer", [2.0])]
    assert [r.outcome for r in served.rows() if "ChangeMode" in r.what] == ["asked", "done"]


def test_what_a_role_may_not_see_is_not_there(served: Served) -> None:
    async def names(role: str) -> set[str]:
        async with client(served.url, served.keys["anna"], role) as made:
            await spaces(made)
            children = await node(made, "plant").get_children_descriptions()
            return {c.BrowseName.Name for c in children}

    few, all_ = asyncio.run(names("observer")), asyncio.run(names("admin"))
    assert all_ - few == {"security", "audit"}


def test_browse_goes_on(served: Served) -> None:
    async def work() -> tuple[list[str], list[str]]:
        async with client(served.url, served.keys["anna"], "observer") as made:
            await spaces(made)
            wanted = ua.BrowseParameters(RequestedMaxReferencesPerNode=7)
            one = ua.BrowseDescription(
                NodeId=node(made, "plant").nodeid,
                BrowseDirection=ua.BrowseDirection.Forward,
                ReferenceTypeId=ua.NodeId(ua.ObjectIds.HierarchicalReferences),
                IncludeSubtypes=True,
                ResultMask=63,
            )
            wanted.NodesToBrowse = [one]
            (result,) = await made.uaclient.browse(wanted)
            found = list(result.References)
            while result.ContinuationPoint:
                assert len(result.References) == 7
                more = ua.BrowseNextParameters(False, [result.ContinuationPoint])
                (result,) = await made.uaclient.browse_next(more)
                found += result.References
            (gone,) = await made.uaclient.browse_next(
                ua.BrowseNextParameters(ContinuationPoints=[b"no such point"])
            )
            assert gone.StatusCode.value == ua.StatusCodes.BadContinuationPointInvalid
            every = await node(made, "plant").get_children_descriptions()
            return [r.BrowseName.Name for r in found], [r.BrowseName.Name for r in every]

    found, every = asyncio.run(work())
    assert found == every
    assert len(found) > 40
