"""Audit in files: a hash chain of rows, appended durably, verified later."""

from rami.integration.audit.file import AuditFile
from rami.integration.audit.reading import entries, last_latch
from rami.integration.audit.verify import Finding, Verified, verify

__all__ = ["AuditFile", "Finding", "Verified", "entries", "last_latch", "verify"]
