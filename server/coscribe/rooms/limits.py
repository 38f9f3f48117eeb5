"""The limits that rooms and sessions keep, taken from the settings by name."""

from dataclasses import dataclass, fields
from typing import Any

PLACE_IN_WORKER_BYTES = 32 << 10
PLACE_HERE_ELEMENTS = 300
"""What is larger, or has more structs, values and deleted ranges, could take milliseconds: a worker checks it."""

SLICE_MESSAGES = 64
SLICE_BYTES = 64 << 10
"""What one connection may have handled at a time: a millisecond or so, which nobody else notices."""
SLICES_PER_S = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in the unit that the name ends with; the defaults are those of the settings.

    Those of a person and of the workspace may be 0, for none.
    """

    max_message_bytes: int = 8 << 20
    max_update_bytes: int = 8 << 20
    max_awareness_bytes: int = 4096
    awareness_per_second: int = 100
    messages_per_second: int = 50_000
    bytes_per_second: int = 32 << 20
    connections_per_document: int = 5000
    connections_per_address: int = 4000
    connections_per_user: int = 500
    max_connections: int = 0
    messages_per_second_per_user: int = 50_000
    bytes_per_second_per_user: int = 32 << 20
    documents_per_hour_per_user: int = 1000
    upload_bytes_per_day_per_user: int = 2 << 30
    storage_bytes_per_user: int = 0
    max_documents: int = 0
    max_storage_bytes: int = 0
    documents_per_socket: int = 100
    max_document_bytes: int = 256 << 20
    max_document_clients: int = 100_000
    max_document_deletions: int = 1_000_000
    max_file_bytes: int = 10 << 20
    max_document_files_bytes: int = 256 << 20
    search_delay_s: float = 2
    search_delay_max_s: float = 30
    signin_queue_bytes: int = 5 << 20
    signin_queue_messages: int = 1000
    signin_deadline_s: float = 10
    slow_client_bytes: int = 256 << 10
    slow_client_max_bytes: int = 4 << 20
    slow_client_max_s: float = 30
    tick_ms: float = 10
    checkpoint_rows: int = 500
    checkpoint_bytes: int = 256 << 10
    room_idle_s: float = 60

    @property
    def slice(self) -> tuple[int, int]:
        """How many messages, or bytes, are read from one connection before others have their turn."""
        messages = (self.messages_per_second, self.messages_per_second_per_user or SLICE_MESSAGES * SLICES_PER_S)
        size = (self.bytes_per_second, self.bytes_per_second_per_user or SLICE_BYTES * SLICES_PER_S)
        return (
            max(1, min(SLICE_MESSAGES, *(each // SLICES_PER_S for each in messages))),
            max(1024, min(SLICE_BYTES, *(each // SLICES_PER_S for each in size))),
        )

    @classmethod
    def of(cls, settings: Any) -> "Limits":
        """Take the limits out of an object that has an attribute for each."""
        return cls(**{field.name: getattr(settings, field.name) for field in fields(cls)})
