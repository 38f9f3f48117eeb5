"""How much anybody may send, hold and ask for. Every limit of the server is one of these."""

from typing import Annotated, Self

from pydantic import model_validator

from .kinds import GIB, KIB, MIB, Group, setting, size, type_bytes


class Limits(Group):
    """Sizes, rates, counts and deadlines of connections, people, addresses, documents, and of the workspace."""

    max_message_bytes: Annotated[int, type_bytes] = size(
        8 * MIB, "Largest WebSocket message; a larger one closes its connection with 4413.", 1024
    )
    max_update_bytes: Annotated[int, type_bytes] = size(
        8 * MIB,
        "Largest update, and largest body of an HTTP request; a larger update closes its connection with 4413.",
        1024,
    )
    max_document_bytes: Annotated[int, type_bytes] = size(
        256 * MIB, "Largest document, as bytes of updates kept; beyond it edits are refused with 4413.", 1024
    )
    max_update_clients: int = setting(
        20_000, "client ids", "Client ids that one update may have edits of; more are refused with 4413.", ge=100
    )
    max_document_clients: int = setting(
        100_000,
        "client ids",
        "Client ids in one document, one for each time that somebody opened it and wrote; then edits are refused with "
        "4413.",
        ge=100,
    )
    max_document_deletions: int = setting(
        1_000_000,
        "ranges",
        "Separate deleted ranges in one document; then edits are refused with 4413.",
        ge=1000,
    )
    max_documents: int = setting(
        0, "documents", "Documents there may be, with those in the trash; more are answered with 413. 0 for any.", ge=0
    )
    max_webhooks: int = setting(
        50, "webhooks", "Webhooks there may be; more are answered with 413. 0 for none at all.", ge=0, le=1000
    )
    max_storage_bytes: Annotated[int, type_bytes] = setting(
        0,
        "bytes",
        "What the database may have; then edits are refused with 4413, and requests with 413. 0 for any.",
        ge=0,
    )
    max_file_bytes: Annotated[int, type_bytes] = size(
        10 * MIB, "Largest image that is uploaded into a document; a larger one is answered with 413.", 1024
    )
    max_document_files_bytes: Annotated[int, type_bytes] = size(
        256 * MIB, "What the images uploaded into one document may have together; more is answered with 413.", 1024
    )
    max_awareness_bytes: Annotated[int, type_bytes] = size(
        4 * KIB, "Largest awareness state (name, colour, caret); a larger one closes its connection with 4413.", 64
    )
    awareness_per_second: int = setting(
        100,
        "messages per second",
        "Awareness messages one connection may send; more, beyond a burst, close it with 4429.",
        ge=1,
    )
    messages_per_second: int = setting(
        50_000, "messages per second", "Messages read from one connection; a faster sender is slowed, not closed.", ge=1
    )
    bytes_per_second: Annotated[int, type_bytes] = setting(
        32 * MIB, "bytes per second", "Bytes read from one connection; a faster sender is slowed, not closed.", ge=1024
    )
    messages_per_second_per_user: int = setting(
        50_000,
        "messages per second",
        "Messages read from one person over all their connections; beyond it they are slowed, not closed. 0 for any.",
        ge=0,
    )
    bytes_per_second_per_user: Annotated[int, type_bytes] = setting(
        32 * MIB,
        "bytes per second",
        "Bytes read from one person over all their connections; beyond it they are slowed, not closed. 0 for any.",
        ge=0,
    )
    requests_per_second_per_user: int = setting(
        100,
        "requests per second",
        "Requests one person may make of the API on average; beyond a burst they are answered with 429. 0 for any.",
        ge=0,
    )
    requests_per_second_per_address: int = setting(
        200,
        "requests per second",
        "Requests one other machine may make on average; beyond a burst they are answered with 429. 0 for any.",
        ge=0,
    )
    documents_per_hour_per_user: int = setting(
        1000, "documents per hour", "Documents one person may create; more are answered with 429. 0 for any.", ge=0
    )
    upload_bytes_per_day_per_user: Annotated[int, type_bytes] = setting(
        2 * GIB, "bytes per day", "Files one person may upload and import; more are answered with 429. 0 for any.", ge=0
    )
    uploads: int = setting(
        32, "uploads", "Files that are taken at once, held in memory; more are answered with 503.", ge=1
    )
    uploads_per_user: int = setting(4, "uploads", "Of those, one person's; more of theirs wait.", ge=1)
    waiting_per_user: int = setting(
        32, "requests", "Uploads, or conversions, of one person that wait; more are answered with 429.", ge=0
    )
    large_answers_per_user: int = setting(
        8, "answers", "Documents, exports and images on their way to one person at once; more wait.", ge=1
    )
    storage_bytes_per_user: Annotated[int, type_bytes] = setting(
        0,
        "bytes",
        "What the documents that one person owns may have together; then they are as `max_storage_bytes`. 0 for any.",
        ge=0,
    )
    connections_per_document: int = setting(5000, "connections", "Connections one document may have at once.", ge=1)
    connections_per_address: int = setting(
        4000, "connections", "Connections one client address may have at once.", ge=1
    )
    unfinished_bytes_per_address: Annotated[int, type_bytes] = size(
        128 * MIB, "Bytes of WebSocket messages that one address may have sent in part; more close with 1013.", 1024
    )
    connections_per_user: int = setting(
        500, "connections", "Connections one person may have at once; more are closed with 4429. 0 for any.", ge=0
    )
    max_connections: int = setting(
        0, "connections", "Connections the whole server may have at once; more are answered with 429. 0 for any.", ge=0
    )
    documents_per_socket: int = setting(
        100, "documents", "Documents one Hocuspocus socket may have open at once.", ge=1
    )
    signin_queue_bytes: Annotated[int, type_bytes] = size(
        5 * MIB, "Bytes held for a document on a connection until it is open; more close it with 1013.", 1024
    )
    signin_queue_messages: int = setting(
        1000,
        "messages",
        "Messages held for a document on a connection until it is open; more close it with 1013.",
        ge=1,
    )
    signin_deadline_s: float = setting(
        10,
        "seconds",
        "Time a connection has to sign in, however much it sends meanwhile; then it is closed with 4408.",
        gt=0,
    )
    head_deadline_s: float = setting(
        20, "seconds", "Time a connection has to send the head of a request, from its first byte; then 408.", gt=0
    )
    body_deadline_s: float = setting(
        300, "seconds", "Time a request has to send its body, however steadily; then it is answered with 408.", gt=0
    )
    slow_client_bytes: Annotated[int, type_bytes] = size(
        256 * KIB, "Unsent bytes at which a client counts as behind: it gets one diff once it has caught up.", 1024
    )
    slow_client_max_bytes: Annotated[int, type_bytes] = size(
        4 * MIB, "Unsent bytes at which a client is closed with 1013 (come back later).", 1024
    )
    slow_client_max_s: float = setting(
        30, "seconds", "Time a client may stay behind before it is closed with 1013.", gt=0
    )
    worker_memory_bytes: Annotated[int, type_bytes] = size(
        3 * GIB, "Address space of one worker process; one that needs more is restarted.", 256 * MIB
    )
    worker_deadline_s: float = setting(
        30, "seconds", "Time a worker has for one request; one that takes longer is restarted.", gt=0
    )
    conversions: int = setting(
        2, "conversions", "Exports to, and imports of, office formats that run at once; others wait.", ge=1, le=64
    )
    conversion_memory_bytes: Annotated[int, type_bytes] = size(
        GIB, "Address space of one conversion; one that needs more is given up.", 512 * MIB
    )
    conversion_deadline_s: float = setting(
        30, "seconds", "Time a conversion has; one that takes longer is given up.", gt=0, le=3600
    )
    max_import_bytes: Annotated[int, type_bytes] = size(
        32 * MIB, "Largest file that is imported; a larger one is refused with 413.", 1024
    )

    @model_validator(mode="after")
    def _check_slow_client(self) -> Self:
        if self.slow_client_max_bytes < self.slow_client_bytes:
            raise ValueError("slow_client_max_bytes must not be smaller than slow_client_bytes; raise it")
        return self
