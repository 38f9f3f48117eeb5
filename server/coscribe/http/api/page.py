"""The API as a page to read: written by the server, without script, and with nothing from elsewhere."""

import json
import re
from html import escape
from typing import Any

from .document import openapi
from .operation import Operation
from .operations import OPERATIONS, PHRASES

_CODE = re.compile(r"`([^`]+)`")


def page(origin: str) -> str:
    """Return the page's HTML; `origin` is where its examples lead."""
    tags = list(dict.fromkeys(operation.tag for operation in OPERATIONS))
    contents = "".join(f'<li><a href="#{_anchor(tag)}">{escape(tag)}</a></li>' for tag in [*tags, "Shapes"])
    sections = "".join(_section(tag, origin) for tag in tags)
    shapes = "".join(
        f'<details id="shape-{escape(name)}"><summary>{escape(name)}</summary><pre>{_pretty(schema)}</pre></details>'
        for name, schema in openapi()["components"]["schemas"].items()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Coscribe API</title>
<link rel="stylesheet" href="/api/docs/style.css">
</head>
<body>
<nav aria-label="Contents"><strong>Coscribe API</strong><ul>{contents}</ul>
<p><a href="/api/openapi.json">OpenAPI document</a></p></nav>
<main>
<h1>Coscribe API</h1>
<p>JSON in UTF-8. Errors are problem documents (RFC 9457): <code>detail</code> says what to do.
With <code>--auth token</code> a request that names a role needs <code>Authorization: Bearer …</code>;
the roles are <code>view</code> &lt; <code>comment</code> &lt; <code>edit</code> &lt; <code>admin</code>.</p>
{sections}
<section><h2 id="shapes">Shapes</h2>{shapes}</section>
</main>
</body>
</html>
"""


def _anchor(tag: str) -> str:
    return escape(tag.lower())


def _section(tag: str, origin: str) -> str:
    operations = "".join(_operation(operation, origin) for operation in OPERATIONS if operation.tag == tag)
    return f'<section><h2 id="{_anchor(tag)}">{escape(tag)}</h2>{operations}</section>'


def _operation(operation: Operation, origin: str) -> str:
    method = f'<span class="{operation.method.lower()}">{operation.method}</span>'
    role = ""
    if operation.role:
        reach = " of all" if operation.everywhere else " of all, or owner" if operation.owner else ""
        role = f'<span class="role">{operation.role}{reach}</span>'
    description = f"<p>{_prose(operation.description)}</p>" if operation.description else ""
    return (
        f'<article id="{operation.name}"><h3><a href="#{operation.name}">{method} '
        f"<code>{escape(operation.path)}</code></a>{role}</h3><p>{escape(operation.summary)}.</p>{description}"
        f"{_parameters(operation)}{_answers(operation)}"
        f'<pre class="call">{escape(_curl(operation, origin))}</pre></article>'
    )


def _parameters(operation: Operation) -> str:
    rows = [
        f"<tr><th scope='row'><code>{escape(parameter.name)}</code></th><td>{escape(parameter.place)}</td>"
        f"<td>{_prose(parameter.description)}</td></tr>"
        for parameter in operation.parameters
    ]
    rows += [
        f"<tr><th scope='row'>body</th><td>{escape(media_type)}</td><td>{_shape(schema)}</td></tr>"
        for media_type, schema in operation.body.items()
    ]
    return f'<table class="asked">{"".join(rows)}</table>' if rows else ""


def _answers(operation: Operation) -> str:
    rows = [
        f"<tr><th scope='row'>{status}</th><td>{_prose(answer.meaning)}</td>"
        f"<td>{' '.join(_shape(schema) or escape(media) for media, schema in answer.content.items())}</td></tr>"
        for status, answer in operation.answers.items()
    ]
    problems = ", ".join(f'<abbr title="{PHRASES[status]}">{status}</abbr>' for status in operation.failures)
    if problems:
        rows.append(f"<tr><th scope='row'>else</th><td>{problems}</td><td>{_link('Problem')}</td></tr>")
    return f'<table class="answered">{"".join(rows)}</table>'


def _shape(schema: dict[str, Any]) -> str:
    name = schema.get("$ref", "").rpartition("/")[2]
    return _link(name) if name else ""


def _link(name: str) -> str:
    return f'<a href="#shape-{escape(name)}">{escape(name)}</a>'


def _curl(operation: Operation, origin: str) -> str:
    path = operation.path
    for parameter in operation.parameters:
        if parameter.place == "path":
            path = path.replace("{" + parameter.name + "}", parameter.example)
    parts = ["curl"]
    if operation.method != "GET":
        parts.append(f"-X {operation.method}")
    if operation.role:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if operation.example:
        parts.append(operation.example)
    return " ".join([*parts, f"'{origin}{path}{operation.query}'"])


def _prose(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text, quote=False))


def _pretty(schema: dict[str, Any]) -> str:
    return escape(json.dumps(schema, indent=2, ensure_ascii=False))
