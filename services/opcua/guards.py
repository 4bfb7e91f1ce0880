"""What every connection of a server is held against."""

from __future__ import annotations

from dataclasses import dataclass, field

from rami.communication.information_model.access import Person
from rami.communication.opcua_settings import OpcuaSettings
from services.opcua.permissions import Permissions
from services.opcua.security.gate import Gate
from services.opcua.security.own import Pair
from services.opcua.security.trail import Trail
from services.opcua.security.trust import TrustList
from services.opcua.security.users import Users

_POLICY = "http://opcfoundation.org/UA/SecurityPolicy#"
#: URIs of the policies that settings name (Part 7)
_URIS = {
    "Basic256Sha256": f"{_POLICY}Basic256Sha256",
    "Aes128Sha256RsaOaep": f"{_POLICY}Aes128_Sha256_RsaOaep",
    "Aes256Sha256RsaPss": f"{_POLICY}Aes256_Sha256_RsaPss",
}


@dataclass
class Guards:
    """Settings and state of a server's security. `own` is None where it is insecure."""

    settings: OpcuaSettings
    own: Pair | None
    trust: TrustList
    users: Users
    trail: Trail
    permissions: Permissions = field(default_factory=Permissions)
    gate: Gate = field(init=False)
    policies: frozenset[str] = field(init=False)

    @property
    def insecure_role(self) -> Person:
        """Of everybody, where nobody logs in."""
        return Person(self.settings.insecure_role)

    def __post_init__(self) -> None:
        self.gate = Gate(self.settings.limits)
        self.policies = frozenset(_URIS[name] for name in self.settings.policies)
