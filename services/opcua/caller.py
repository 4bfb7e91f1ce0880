"""Who acts through a session."""

from __future__ import annotations

from dataclasses import dataclass

from rami.communication.information_model.access import Person


@dataclass(frozen=True)
class Caller:
    """A person logged in: name, role, and the thumbprint of the certificate it came with."""

    name: str
    role: Person
    application: str = ""

    @property
    def who(self) -> str:
        """As the audit names it."""
        return f"opcua {self.name} ({self.role.value})"
