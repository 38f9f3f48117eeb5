"""What is recorded of what was done."""

from ..operation import JSON, Answer, Operation, Parameter
from ..schemas import TEXT, ref
from .parts import MINE

RECORDS = (
    Operation(
        "GET",
        "/api/audit",
        "Records",
        "Read the audit",
        {200: Answer("Lines, the newest first.", {JSON: ref("AuditPage"), "application/x-ndjson": {}})},
        (400, *MINE, 503),
        role="admin",
        everywhere=True,
        description="With `Accept: application/x-ndjson` it is all lines that fit, one each, unless there is a limit.",
        parameters=(
            Parameter("actor", "query", {**TEXT, "maxLength": 300}, "Only what this person, key or link did."),
            Parameter("document", "query", {**TEXT, "maxLength": 300}, "Only what was done to this document."),
            Parameter("action", "query", {**TEXT, "maxLength": 300}, "Only this; `share.*` is all of a kind."),
            Parameter("since", "query", TEXT, "Not what came before: a time (RFC 3339) or a date."),
            Parameter("until", "query", TEXT, "Only what came before."),
            Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 1000}, "50 unless given."),
            Parameter("cursor", "query", TEXT, "The `cursor` of the page before."),
        ),
        query="?action=document.delete",
    ),
)
