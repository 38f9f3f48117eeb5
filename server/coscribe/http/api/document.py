"""The OpenAPI 3.1 document, put together from the operations."""

from typing import Any

from ... import __version__
from .operation import PROBLEM, Answer, Operation
from .operations import OPERATIONS, PHRASES
from .schemas import SCHEMAS, TEXT, ref

_BEARER = "token"


def openapi() -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _written(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Coscribe",
            "version": __version__,
            "description": "Documents that several people edit at once: create, read, write, search, export, import.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                _BEARER: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token or a key, where the server runs with `--auth token`.",
                }
            },
        },
    }


def _written(operation: Operation) -> dict[str, Any]:
    written: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _description(operation),
        "security": [{_BEARER: []}, {}] if operation.role else [],
        "responses": {
            **{str(status): _answer(answer) for status, answer in operation.answers.items()},
            **{
                str(status): {
                    "description": PHRASES[status],
                    "content": {PROBLEM: {"schema": ref("Problem")}},
                }
                for status in operation.failures
            },
        },
    }
    if operation.parameters:
        written["parameters"] = [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.place == "path",
                "description": parameter.description,
                "schema": parameter.schema,
            }
            for parameter in operation.parameters
        ]
    if operation.body:
        written["requestBody"] = {
            "required": operation.body_required,
            "content": {media_type: {"schema": schema} for media_type, schema in operation.body.items()},
        }
    return written


def _description(operation: Operation) -> str:
    need = ""
    if operation.role:
        reach = " for all documents" if operation.everywhere or operation.owner else ""
        need = f"Needs the role `{operation.role}`{reach}{', or to own this one' if operation.owner else ''}."
    return f"{operation.description} {need}".strip()


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "description": answer.meaning,
        **({"headers": {name: {"schema": TEXT} for name in answer.headers}} if answer.headers else {}),
        **(
            {"content": {media_type: {"schema": schema} for media_type, schema in answer.content.items()}}
            if answer.content
            else {}
        ),
    }
