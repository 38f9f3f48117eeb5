"""The shapes of what the API takes and gives, as JSON Schema."""

from typing import Any

from ...access.outgoing import Failure
from ...access.roles import GIVEN
from ...journal.audit import Action, Result
from ...journal.webhooks import Event

Schema = dict[str, Any]

ID_PATTERN = r"^[A-Za-z0-9._~:@/-]+$"
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": "string", "format": "date-time"}
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
DOCUMENT_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": ID_PATTERN}
TITLE: Schema = {"type": "string", "maxLength": 300}
ROLE: Schema = {"enum": [role.label for role in GIVEN]}
ANY: Schema = {"type": "object"}


def ref(name: str) -> Schema:
    """Refer to a shape by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def shape(required: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    """Describe an object by the members it always has and those it may have."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        **({"required": list(required)} if required else {}),
        **more,
    }


def listed(items: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    """Describe something that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


_DOCUMENT: Schema = {
    "id": DOCUMENT_ID,
    "title": TEXT,
    "epoch": {**COUNT, "description": "Which past the document has; it changes when that is replaced."},
    "head": {**COUNT, "description": "The number of the last edit."},
    "created": TIME,
    "updated": TIME,
    "deleted": {**maybe(TIME), "description": "When it went to the trash."},
}
_KEY: Schema = {
    "id": TEXT,
    "name": TEXT,
    "documents": {**TEXT, "description": "An id, or the beginning of ids and a final `*`."},
    "role": ROLE,
    "created": TIME,
    "expires": maybe(TIME),
    "revoked": maybe(TIME),
}
_WEBHOOK: Schema = {
    "id": TEXT,
    "url": TEXT,
    "events": listed({"enum": list(Event)}),
    "documents": {**TEXT, "description": "An id, or the beginning of ids and a final `*`."},
    "name": TEXT,
    "created": TIME,
}
_SHARED_ROLE: Schema = {"enum": ["view", "comment", "edit"]}
_SHARE: Schema = {
    "id": TEXT,
    "role": _SHARED_ROLE,
    "password": {"type": "boolean", "description": "Whether it asks for one."},
    "created": TIME,
    "expires": maybe(TIME),
    "revoked": maybe(TIME),
}
_MINE: Schema = {"role": {**ROLE, "description": "What whoever asks may do."}}
_WHO = shape({"id": TEXT, "name": TEXT, "color": TEXT})
_MEMBER: Schema = {"user": _WHO, "role": ROLE, "owner": {"type": "boolean"}, "since": TIME}
SPAN = shape({"text": TEXT, "match": {"type": "boolean"}})

SCHEMAS: dict[str, Schema] = {
    "Problem": shape(
        {"type": TEXT, "title": TEXT, "status": COUNT, "detail": TEXT},
        description="What went wrong (RFC 9457); `detail` says what to do.",
    ),
    "Document": shape(_DOCUMENT, _MINE),
    "NewDocument": shape(
        {},
        {
            "id": DOCUMENT_ID,
            "title": TITLE,
            "markdown": TEXT,
            "html": TEXT,
            "text": TEXT,
            "json": {**ANY, "description": "A ProseMirror document."},
        },
        description="At most one of markdown, html, text and json; without an id the server makes one.",
    ),
    "Page": shape(
        {
            "documents": listed(
                shape(
                    _DOCUMENT,
                    {**_MINE, "snippet": {**listed(SPAN), "description": "With `q`: where the words are in the text."}},
                )
            ),
            "cursor": {**maybe(TEXT), "description": "What to ask for next; null on the last page."},
        },
        {
            "trash_keep_days": {
                "type": "number",
                "description": "With `deleted`: days until what is in the trash is deleted for good; 0 for never.",
            }
        },
    ),
    "Rename": shape({"title": TITLE}),
    "Copy": shape({}, {"id": DOCUMENT_ID, "title": TITLE}),
    "Imported": shape(
        {
            **_DOCUMENT,
            **_MINE,
            "imported": shape({"kind": TEXT, "images": COUNT, "comments": COUNT, "changes": COUNT}),
        }
    ),
    "Upload": shape({"file": {"type": "string", "format": "binary"}}),
    "ImportForm": shape(
        {"file": {"type": "string", "format": "binary"}},
        {
            "id": {**DOCUMENT_ID, "description": "For the new document."},
            "title": TITLE,
            "into": {**DOCUMENT_ID, "description": "An existing document, which gets this content instead."},
        },
    ),
    "File": shape(
        {
            "hash": {**HASH, "description": "SHA-256 of the bytes."},
            "url": TEXT,
            "media_type": TEXT,
            "size": COUNT,
            "width": maybe(COUNT),
            "height": maybe(COUNT),
        }
    ),
    "Formats": shape(
        {
            "formats": listed(
                shape(
                    {
                        "format": TEXT,
                        "name": TEXT,
                        "media_type": TEXT,
                        "needs_rich_text": {"type": "boolean"},
                        "available": {"type": "boolean"},
                    }
                )
            )
        }
    ),
    "Schema": shape(
        {"version": COUNT, "oldest": COUNT, "fingerprint": TEXT, "topNode": TEXT, "nodes": ANY, "marks": ANY}
    ),
    "NewToken": shape(
        {"role": ROLE},
        {
            "user": shape({}, {"id": TEXT, "name": TEXT, "color": TEXT}),
            "ttl": {"type": "integer", "minimum": 1, "description": "Seconds; 900 unless given."},
        },
    ),
    "Token": shape({"token": TEXT, "expires": TIME}),
    "Revocation": shape({"user": {**TEXT, "minLength": 1, "maxLength": 200}}, {"role": ROLE}),
    "NewKey": shape(
        {"documents": TEXT},
        {"role": ROLE, "name": {**TEXT, "maxLength": 100}, "ttl": {"type": "integer", "minimum": 1}},
    ),
    "Key": shape(_KEY),
    "KeyWithSecret": shape({**_KEY, "secret": TEXT}),
    "Keys": shape({"keys": listed(ref("Key"))}),
    "NewWebhook": shape(
        {"url": {**TEXT, "minLength": 1, "maxLength": 2000, "description": "Where to, with https."}},
        {
            "events": {**listed({"enum": list(Event)}), "minItems": 1, "description": "All unless given."},
            "documents": {**TEXT, "description": "An id, or the beginning of ids and a final `*`; all unless given."},
            "name": {**TEXT, "maxLength": 100},
        },
    ),
    "WebhookWithSecret": shape({**_WEBHOOK, "secret": TEXT}),
    "Webhooks": shape(
        {
            "webhooks": listed(
                shape(
                    {
                        **_WEBHOOK,
                        "waiting": {**COUNT, "description": "How many messages it has still to be sent."},
                        "last": {
                            **maybe(shape({"at": TIME}, {"status": COUNT, "error": {"enum": list(Failure)}})),
                            "description": "What came of the last: the `status` of the answer, or why there was none.",
                        },
                    }
                )
            )
        }
    ),
    "NewShare": shape(
        {},
        {
            "role": _SHARED_ROLE,
            "password": {**TEXT, "minLength": 1, "maxLength": 200},
            "ttl": {"type": "integer", "minimum": 1, "description": "Seconds; without it the link has no end."},
        },
    ),
    "Share": shape(_SHARE),
    "SignedIn": shape(
        {
            "signed_in": {"type": "boolean"},
            "user": maybe(
                shape(
                    {
                        "id": TEXT,
                        "name": TEXT,
                        "email": {**maybe(TEXT), "description": "If it is known to be theirs."},
                        "picture": maybe(TEXT),
                        "groups": listed(TEXT),
                        "admin": {"type": "boolean"},
                    }
                )
            ),
            "expires": maybe(TIME),
            "sign_in_url": maybe(TEXT),
            "provider": {**maybe(TEXT), "description": "What people call it."},
        }
    ),
    "SignedOut": shape({"location": {**TEXT, "description": "Where to go, to be signed out at the provider too."}}),
    "ShareWithSecret": shape({**_SHARE, "secret": TEXT, "url": TEXT}),
    "Shares": shape({"shares": listed(ref("Share"))}),
    "ShareRole": shape({"role": _SHARED_ROLE}),
    "Secret": shape(
        {"secret": {**TEXT, "minLength": 1, "maxLength": 200}},
        {
            "password": {**TEXT, "maxLength": 200},
            "name": {**TEXT, "maxLength": 60, "description": "What others are to see of a guest."},
            "guest": {**TEXT, "maxLength": 200, "description": "That of the answer before: the same guest again."},
        },
    ),
    "SharedToken": shape(
        {
            "token": {**maybe(TEXT), "description": "Null where none is needed."},
            "expires": maybe(TIME),
            "document": DOCUMENT_ID,
            "title": TEXT,
            "role": ROLE,
            "guest": maybe(TEXT),
        }
    ),
    "Member": shape(_MEMBER),
    "Members": shape(
        {
            "members": listed(ref("Member")),
            "you": {**TEXT, "description": "The id of whoever asks."},
            "hands_on": {"type": "boolean", "description": "Whether they may make another the owner."},
            "default_role": {"enum": ["none", *ROLE["enum"]], "description": "What everybody who signs in may do."},
            "links": {"type": "boolean", "description": "Whether links can be made here."},
        }
    ),
    "MemberRole": shape({"role": ROLE}),
    "Owner": shape({"user": {**TEXT, "minLength": 1, "maxLength": 200, "description": "A person's id."}}),
    "People": shape({"people": listed(_WHO)}),
    "AuditPage": shape(
        {
            "lines": listed(
                shape(
                    {
                        "seq": COUNT,
                        "at": TIME,
                        "actor": shape({"id": TEXT, "kind": TEXT}),
                        "action": {"enum": list(Action)},
                        "document": maybe(TEXT),
                        "result": {"enum": list(Result)},
                        "address": maybe(TEXT),
                        "detail": ANY,
                    }
                )
            ),
            "cursor": {**maybe(TEXT), "description": "What to ask for next; null on the last page."},
        }
    ),
    "Rooms": shape(
        {
            "rooms": listed(
                shape(
                    {
                        "id": DOCUMENT_ID,
                        "clients": COUNT,
                        "present": COUNT,
                        "head": COUNT,
                        "committed": COUNT,
                        "bytes": COUNT,
                    }
                )
            )
        }
    ),
    "Health": shape({"status": TEXT}),
    "Readiness": shape({"status": TEXT, "journal": ANY, "workers": listed(ANY), "stopping": {"type": "boolean"}}),
    "Version": shape({"name": TEXT, "version": TEXT}),
}
