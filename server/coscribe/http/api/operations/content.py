"""What is written in a document, read and changed."""

from ..operation import JSON, Answer, Operation, Parameter, anything
from ..schemas import TEXT
from .parts import ID, IF_MATCH, IF_NONE_MATCH, READ, UNCHANGED, WRITE

_CONTENT = ("application/json", "text/markdown", "text/html", "text/plain")
_OCTETS = "application/octet-stream"
_DONE = Answer("It is on disk.", headers=("ETag",))

CONTENT = (
    Operation(
        "GET",
        "/api/documents/{id}/content",
        "Content",
        "Read the content",
        {200: Answer("The content, in the wanted format.", anything(*_CONTENT), ("ETag",)), 304: UNCHANGED},
        (*READ, 413, 422),
        role="view",
        description="In the format of `format` or of the `Accept` header, else JSON. HTML is a fragment.",
        parameters=(
            ID,
            Parameter("format", "query", {"enum": ["json", "markdown", "html", "text"]}, "What to have it as."),
            IF_NONE_MATCH,
        ),
        query="?format=markdown",
    ),
    Operation(
        "PUT",
        "/api/documents/{id}/content",
        "Content",
        "Write the content",
        {204: _DONE},
        (*WRITE, 412, 415, 422),
        role="edit",
        description="Applied as the smallest change: what others write meanwhile stays, and so do their carets.",
        parameters=(ID, IF_MATCH),
        body={JSON: {"type": "object"}, **anything(*_CONTENT[1:])},
        example="-H 'Content-Type: text/markdown' --data-binary @plan.md",
    ),
    Operation(
        "GET",
        "/api/documents/{id}/update",
        "Content",
        "Read a Yjs update",
        {200: Answer("Everything, or what a document with the state vector lacks.", anything(_OCTETS), ("ETag",))},
        READ,
        role="view",
        parameters=(ID, Parameter("sv", "query", TEXT, "A state vector, in base64url.")),
        example="--output plan.yjs",
    ),
    Operation(
        "POST",
        "/api/documents/{id}/update",
        "Content",
        "Apply a Yjs update",
        {204: _DONE},
        (*WRITE, 409),
        role="edit",
        description="409 when it builds on edits that the document does not have.",
        parameters=(ID,),
        body=anything(_OCTETS),
        example="-H 'Content-Type: application/octet-stream' --data-binary @plan.yjs",
    ),
)
