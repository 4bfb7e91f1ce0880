"""The server: asyncua's with its holes closed, an information model in it, open to clients."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from cryptography.hazmat.primitives import serialization

from rami import __version__
from rami.communication.information_model.node_id import NodeId
from rami.communication.information_model.node_set import NodeSet
from rami.communication.opcua_settings import OpcuaSettings
from rami.core.audit import Audit
from rami.core.errors import UnreachableError
from services.opcua.address_space import populate
from services.opcua.corrections import decoding
from services.opcua.corrections.fitting import demand_security, fits
from services.opcua.corrections.framing import Listener
from services.opcua.guards import Guards
from services.opcua.housekeeping import Housekeeping
from services.opcua.internal import Inner
from services.opcua.live.block import Block
from services.opcua.live.plain_block import PlainBlock
from services.opcua.live.samples import filetime, moment
from services.opcua.security.checks import application_uri
from services.opcua.security.own import host_names, own_pair
from services.opcua.security.trail import Trail
from services.opcua.security.trust import TrustList
from services.opcua.security.users import Users

PRODUCT = "urn:rami-twins:server"
#: addresses that stand for all of a machine's own
ANY_HOST = ("0.0.0.0", "::")
_logger = logging.getLogger(__name__)
_POLICIES = {
    "Basic256Sha256": ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    "Aes128Sha256RsaOaep": ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    "Aes256Sha256RsaPss": ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
}
_LIMITS = {
    "MaxNodesPerRead",
    "MaxNodesPerWrite",
    "MaxNodesPerMethodCall",
    "MaxNodesPerBrowse",
    "MaxNodesPerRegisterNodes",
    "MaxNodesPerTranslateBrowsePathsToNodeIds",
    "MaxMonitoredItemsPerCall",
}


class _Server(Server):  # type: ignore[misc]
    """asyncua's, listening with our connections."""

    async def start(self) -> None:
        """As in asyncua, without its warnings about our own certificate."""
        await self._setup_server_nodes()
        await self.iserver.start()
        host, port = self._get_bind_socket_info()
        self.bserver = Listener(self.iserver, host, port, self.limits)
        self.bserver.set_policies(self._policies)
        try:
            await self.bserver.start()
        except OSError:
            await self.iserver.stop()
            raise


class OpcuaServer:
    """Serves information models. `name` is the site's; files of `settings` are below `folder`.

    ConfigurationError where the installed asyncua is not the one whose holes are closed here,
    unless `insecure`, and for a certificate or users file that is of no use.
    """

    def __init__(self, settings: OpcuaSettings, name: str, folder: Path, audit: Audit) -> None:
        self.settings, self.name = settings, name
        self.uri = f"urn:{socket.gethostname()}:rami-twins:{name}"
        if not settings.insecure:
            demand_security()
        safe, quick = fits()
        if safe:
            decoding.install()
        trust = TrustList(folder / settings.pki)
        own = None
        if not settings.insecure:
            listening = () if settings.host in ANY_HOST else (settings.host,)
            hosts = [*host_names(), *listening, *settings.hosts]
            own, fresh = own_pair(trust, self.uri, hosts)
            # as the certificate has it, though the machine may go by another name by now
            self.uri = application_uri(own.certificate) or self.uri
            if fresh:
                _logger.warning("made a certificate of our own: %s", own.file)
        users = Users(folder / settings.users)
        self.guards = Guards(settings, own, trust, users, Trail(audit))
        self.inner = Inner(self.guards, quick)
        self._server = _Server(iserver=self.inner)
        self._housekeeping = Housekeeping(self.inner)
        self.indices: dict[str, int] = {}
        self.nodes: dict[NodeId, Any] = {}
        self._up = False

    @property
    def address(self) -> str:
        """The endpoint's URL."""
        return f"opc.tcp://{self.settings.host}:{self.port}/{self.settings.name}"

    @property
    def port(self) -> int:
        """The one listened at."""
        return int(self._server.bserver.port) if self._up else self.settings.port

    async def prepare(self) -> None:
        """Namespace 0, the endpoint and its security."""
        # what clients do wrong is told to them and to the audit, not to the log
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        settings, server = self.settings, self._server
        await server.init()
        server.product_uri, server.manufacturer_name = PRODUCT, "rami-twins"
        server.set_server_name(f"rami-twins {self.name}")
        server.application_type = ua.ApplicationType.Server
        await server.set_application_uri(self.uri)
        status = server.get_node(ua.NodeId(ua.ObjectIds.Server_ServerStatus))
        kept = await status.read_value()
        await server.set_build_info(
            PRODUCT, "rami-twins", server.name, __version__, __version__, kept.StartTime
        )
        server.set_endpoint(self.address)
        # what is told is what is configured, whoever asks
        server.set_match_discovery_endpoint_url(settings.host in ANY_HOST)
        server.set_match_discovery_client_ip(settings.host in ANY_HOST)
        policies = [ua.SecurityPolicyType.NoSecurity]
        own = self.guards.own
        if own is not None:
            policies = [_POLICIES[name] for name in settings.policies]
            await server.load_certificate(own.der, "der")
            key = own.key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            await server.load_private_key(key, format="der")
        server.set_security_policy(policies)
        server._permission_ruleset = None
        await self._tell_limits()

    async def _tell_limits(self) -> None:
        most = ua.DataValue(ua.Variant(self.settings.limits.operations, ua.VariantType.UInt32))
        base = "Server_ServerCapabilities_OperationLimits_"
        for name in _LIMITS:
            node = ua.NodeId(getattr(ua.ObjectIds, base + name))
            await self.inner.aspace.write_attribute_value(node, ua.AttributeIds.Value, most)

    async def add(self, nodes: NodeSet, history: bool = False) -> None:
        """Nodes of an information model; types before instances."""
        for space in nodes.namespaces:
            if space.uri not in self.indices:
                self.indices[space.uri] = await self._server.register_namespace(space.uri)
        made = populate(self.inner.aspace, nodes, self.indices, self.guards.permissions, history)
        self.nodes |= made
        self.inner.view_service.forget()

    def block(
        self, variables: list[NodeId], spans: list[float] | None = None
    ) -> Block | PlainBlock:
        """Doubles that are set together."""
        data = [self.nodes[v] for v in variables]
        if not self.inner.quick:
            return PlainBlock(self.inner.aspace, data)
        block = Block(data, spans)
        for node, cell in zip(data, block.cells, strict=True):
            self.inner.subscription_service.blocks[node.nodeid] = cell
        return block

    async def show(self, variable: NodeId, value: Any, status: int, at_ns: int) -> None:
        """Set a variable that is in no block, and tell whoever subscribed to it."""
        ticks = filetime(at_ns)
        told = ua.DataValue(value, ua.StatusCode(status), moment(ticks), datetime.now(UTC))
        place = self.nodes[variable].nodeid
        held = self.inner.aspace[place].attributes[ua.AttributeIds.Value]
        if held.value is not None and held.value.Value.VariantType != value.VariantType:
            # asyncua keeps to the type that a variable had first, also of one without a value
            held.value = None
        await self.inner.aspace.write_attribute_value(place, ua.AttributeIds.Value, told)

    async def start(self) -> None:
        """Listen. UnreachableError where the port is taken."""
        settings = self.settings
        if settings.insecure:
            _logger.warning(
                "INSECURE: %s is open to everybody on this machine as %s, nothing is encrypted",
                self.address,
                settings.insecure_role,
            )
        try:
            await self._server.start()
        except OSError as error:
            raise UnreachableError(
                f"cannot listen at {settings.host}:{settings.port}: {error.strerror}"
            ) from None
        self._up = True
        for endpoint in self.inner.endpoints:
            endpoint.EndpointUrl = self.address
            endpoint.Server.DiscoveryUrls = [self.address]
        self._housekeeping.start()

    async def stop(self) -> None:
        """Cut all clients off and end."""
        if self._up:
            self._up = False
            self._housekeeping.stop()
            for session in list(self.inner._external_sessions.values()):
                await session.close_session(True)
            for transport in list(self.inner.asyncio_transports):
                transport.abort()
            with suppress(TimeoutError):
                await self._server.stop()
        self.guards.trail.close()

    @property
    def state(self) -> Mapping[str, int]:
        """Counts, for whoever looks after it."""
        return {
            "connections": self.guards.gate.open,
            "refused": self.guards.gate.refused,
            "sessions": len(self.inner._external_sessions),
            "subscriptions": len(self.inner.subscription_service.subscriptions),
            "audit_dropped": self.guards.trail.dropped,
        }
