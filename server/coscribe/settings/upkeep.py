"""When things are written, tidied up and let go of."""

from typing import Annotated

from .kinds import KIB, Group, setting, size, type_bytes


class Upkeep(Group):
    """How long edits are gathered, and documents, files and words are kept."""

    tick_ms: float = setting(
        10,
        "milliseconds",
        "Edits of a document that follow each other within this time are sent together.",
        ge=0,
        le=1000,
    )
    commit_gather_ms: float = setting(
        1,
        "milliseconds",
        "Time after a commit in which the journal gathers edits for the next one; after a pause it waits for none.",
        ge=0,
        le=1000,
    )
    checkpoint_rows: int = setting(500, "rows", "Journal rows after which a document gets a new checkpoint.", ge=1)
    checkpoint_bytes: Annotated[int, type_bytes] = size(
        256 * KIB, "Journal bytes after which a document gets a new checkpoint.", 1024
    )
    search_delay_s: float = setting(
        2, "seconds", "Time after the last edit of a document until it is found by its new words.", ge=0
    )
    search_delay_max_s: float = setting(
        30, "seconds", "Time until a document is found by its new words while people go on writing.", ge=0
    )
    room_idle_s: float = setting(60, "seconds", "Time a document stays in memory after its last client has left.", ge=0)
    trash_keep_days: float = setting(
        30, "days", "Time until a document in the trash is deleted for good; 0 keeps it.", ge=0, le=36500
    )
    unused_file_days: float = setting(
        30, "days", "Time until an uploaded image that no text ever showed is deleted; 0 keeps it.", ge=0, le=36500
    )
    shutdown_s: float = setting(
        20, "seconds", "Time to write what is queued and to close connections when the server is told to stop.", gt=0
    )
