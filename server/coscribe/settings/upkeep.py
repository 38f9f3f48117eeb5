"""When things are written, tidied up and let go of."""

from typing import Annotated

from pydantic import field_validator

from .kinds import KIB, Group, setting, size, type_bytes, type_list


class Upkeep(Group):
    """How long edits are gathered, documents, files and words are kept, and webhooks tried."""

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
    webhook_delay_s: float = setting(
        2, "seconds", "Time after the last edit of a document until webhooks are told that it changed.", ge=0
    )
    webhook_delay_max_s: float = setting(
        30, "seconds", "Time until webhooks are told that a document changed while people go on writing.", ge=0
    )
    webhook_deadline_s: float = setting(
        10, "seconds", "Time a webhook's receiver has to answer; then it is tried again.", gt=0, le=60
    )
    webhook_retry_s: Annotated[tuple[float, ...], type_list] = setting(
        (5, 30, 300, 1800, 7200, 18_000, 36_000),
        "seconds",
        "Pauses after which a webhook that failed is tried again, give or take a fifth; after the last it is given up.",
        max_length=20,
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

    @field_validator("webhook_retry_s")
    @classmethod
    def _check_pauses(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if not all(0 < pause <= 30 * 24 * 3600 for pause in value):
            raise ValueError("write pauses of more than 0 seconds, and 30 days at most")
        return value
