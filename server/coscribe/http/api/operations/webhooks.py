"""Whom the server tells what happens."""

from ..operation import JSON, Answer, Operation, Parameter, json
from ..schemas import TEXT, ref
from .parts import MINE

WEBHOOKS = (
    Operation(
        "GET",
        "/api/webhooks",
        "Webhooks",
        "List the webhooks",
        {200: json("Webhooks", "All but their secrets, and how each takes what it is told.")},
        MINE,
        role="admin",
        everywhere=True,
    ),
    Operation(
        "POST",
        "/api/webhooks",
        "Webhooks",
        "Make a webhook",
        {201: json("WebhookWithSecret", "The secret, which signs what is told, is shown this once.")},
        (400, *MINE, 503),
        role="admin",
        everywhere=True,
        body={JSON: ref("NewWebhook")},
        description="What is told is signed as Standard Webhooks are, and told again until an answer is 2xx.",
        example="""-H 'Content-Type: application/json' -d '{"url": "https://app.example.org/changes"}'""",
    ),
    Operation(
        "DELETE",
        "/api/webhooks/{webhook}",
        "Webhooks",
        "End a webhook",
        {204: Answer("It is told nothing any more, not even what it has still to be told.")},
        (*MINE, 404, 503),
        role="admin",
        everywhere=True,
        parameters=(Parameter("webhook", "path", {**TEXT, "pattern": "^[A-Za-z0-9_-]+$"}, "The webhook's id.", "w1"),),
    ),
)
