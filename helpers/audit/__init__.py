"""Look for leaks between a train and a test table: `audit_split(train, test, group=..., time=..., target=...)`."""

from .report import Audit, Finding
from .split import audit_split

__all__ = ["Audit", "Finding", "audit_split"]
