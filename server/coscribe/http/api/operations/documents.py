"""Making, finding and keeping documents."""

from ..operation import JSON, Answer, Operation, Parameter, json
from ..schemas import TEXT, ref
from .parts import ID, MINE, READ, WRITE

DOCUMENTS = (
    Operation(
        "POST",
        "/api/documents",
        "Documents",
        "Create a document",
        {201: json("Document", "It is on disk.", "Location")},
        (400, *MINE, 409, 413, 422, 503),
        role="edit",
        body={JSON: ref("NewDocument")},
        body_required=False,
        example="""-H 'Content-Type: application/json' -d '{"title": "Plan", "markdown": "# Plan"}'""",
    ),
    Operation(
        "GET",
        "/api/documents",
        "Documents",
        "List or search documents",
        {200: json("Page", "A page of them.")},
        (400, *MINE, 503),
        role="view",
        own=True,
        description="Those that one may see, last changed first; with `q`, those with the words in the title first, "
        "then by how well they fit. Only whoever may take a document out of the trash sees it there.",
        parameters=(
            Parameter("q", "query", {**TEXT, "maxLength": 300}, "Words in title and text; the last may be unfinished."),
            Parameter("deleted", "query", {"type": "boolean"}, "Look in the trash instead."),
            Parameter(
                "limit", "query", {"type": "integer", "minimum": 1, "maximum": 200}, "How many; 50 unless given."
            ),
            Parameter("cursor", "query", TEXT, "The `cursor` of the page before."),
        ),
        query="?q=kitchen",
    ),
    Operation(
        "GET",
        "/api/documents/{id}",
        "Documents",
        "Describe a document",
        {200: json("Document", "What it is.")},
        READ,
        role="view",
        parameters=(ID,),
    ),
    Operation(
        "PATCH",
        "/api/documents/{id}",
        "Documents",
        "Rename a document",
        {200: json("Document", "It has its new title, and everybody who has it open is told.")},
        WRITE,
        role="edit",
        parameters=(ID,),
        body={JSON: ref("Rename")},
        example="""-H 'Content-Type: application/json' -d '{"title": "Plan B"}'""",
    ),
    Operation(
        "DELETE",
        "/api/documents/{id}",
        "Documents",
        "Move a document to the trash",
        {204: Answer("It is in the trash, or gone for good; open connections to it are closed with 4404.")},
        READ,
        role="admin",
        description="From the trash it is deleted for good after `trash_keep_days`, or by `permanent`.",
        parameters=(
            ID,
            Parameter("permanent", "query", {"type": "boolean"}, "Delete it for good: nothing brings it back."),
        ),
    ),
    Operation(
        "POST",
        "/api/documents/{id}/restore",
        "Documents",
        "Take a document out of the trash",
        {200: json("Document", "It is where it was.")},
        READ,
        role="admin",
        parameters=(ID,),
    ),
    Operation(
        "POST",
        "/api/documents/{id}/duplicate",
        "Documents",
        "Copy a document",
        {201: json("Document", "The copy is on disk.", "Location")},
        (*WRITE, 409),
        role="view",
        description="As it is on disk, without its history. Needs the role `edit` for the id of the copy.",
        parameters=(ID,),
        body={JSON: ref("Copy")},
        body_required=False,
        example="""-H 'Content-Type: application/json' -d '{"title": "Plan C"}'""",
    ),
)
