"""What those ask who look after the server."""

from ..operation import JSON, Answer, Operation, anything, json
from .parts import IF_NONE_MATCH, MINE, UNCHANGED

OPERATION = (
    Operation(
        "GET",
        "/api/schema",
        "Operation",
        "What a rich text may hold",
        {200: json("Schema", "Nodes, marks and attributes.", "ETag"), 304: UNCHANGED},
        parameters=(IF_NONE_MATCH,),
    ),
    Operation(
        "GET",
        "/api/rooms",
        "Operation",
        "List the documents in memory",
        {200: json("Rooms", "Clients, heads, bytes.")},
        MINE,
        role="admin",
        everywhere=True,
    ),
    Operation("GET", "/healthz", "Operation", "Whether the process answers", {200: json("Health", "It does.")}),
    Operation(
        "GET",
        "/readyz",
        "Operation",
        "Whether edits can be stored",
        {200: json("Readiness", "They can."), 503: json("Readiness", "They cannot, and why.")},
    ),
    Operation("GET", "/version", "Operation", "Which server this is", {200: json("Version", "Its name and version.")}),
    Operation(
        "GET",
        "/metrics",
        "Operation",
        "Figures for Prometheus",
        {200: Answer("In its text format.", anything("text/plain"))},
    ),
    Operation(
        "GET",
        "/api/openapi.json",
        "Operation",
        "This API as an OpenAPI document",
        {200: Answer("The document.", {JSON: {"type": "object"}}, ("ETag",)), 304: UNCHANGED},
        parameters=(IF_NONE_MATCH,),
    ),
    Operation(
        "GET", "/api/docs", "Operation", "This API as a page to read", {200: Answer("The page.", anything("text/html"))}
    ),
    Operation(
        "GET",
        "/api/docs/style.css",
        "Operation",
        "How that page looks",
        {200: Answer("Its style.", anything("text/css"))},
    ),
)
