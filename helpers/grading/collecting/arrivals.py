"""When a notebook came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

FILE_TIME = "the file's own time"


@dataclass(frozen=True)
class Arrival:
    """When a notebook came in (if anything tells), what says so, and whether a system called it late."""

    time: datetime | None = None
    time_from: str = ""
    late: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether a system says it, and not only the file."""
        return self.time is not None and self.time_from != FILE_TIME


UNKNOWN_ARRIVAL = Arrival()
