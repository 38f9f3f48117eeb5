"""How one request of the API is written down."""

from dataclasses import dataclass, field
from typing import Any

from .schemas import Schema, ref

PROBLEM = "application/problem+json"
JSON = "application/json"
OF_REQUESTS = (400, 429)
OF_BODIES = (408, 413, 415)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the address or a header; one in the path is always required."""

    name: str
    place: str
    schema: Schema
    description: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: what it means, and what may be in its body, by media type."""

    meaning: str
    content: dict[str, Schema] = field(default_factory=dict)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """A request: its role (none: anybody), its body by media type, its good answers and the statuses of problems.

    `own` ones answer about the documents that the caller has the role for; of those with `owner` a document's owner is
    enough, where otherwise the role for all documents is needed; `example` is what follows the address in a call of
    curl.
    """

    method: str
    path: str
    tag: str
    summary: str
    answers: dict[int, Answer]
    problems: tuple[int, ...] = ()
    role: str | None = None
    everywhere: bool = False
    own: bool = False
    owner: bool = False
    parameters: tuple[Parameter, ...] = ()
    body: dict[str, Schema] = field(default_factory=dict)
    body_required: bool = True
    description: str = ""
    example: str = ""
    query: str = ""

    @property
    def failures(self) -> list[int]:
        """The statuses of all problems: its own, and those that any request, or any that brings a body, may meet."""
        with_body = OF_BODIES if self.method != "GET" else ()
        return sorted({*self.problems, *OF_REQUESTS, *with_body})

    @property
    def name(self) -> str:
        """A name that no other operation has."""
        words = [part.strip("{}") for part in self.path.split("/") if part]
        return "_".join([self.method.lower(), *words]).replace(".", "_")


def json(name: str, meaning: str, *headers: str) -> Answer:
    """Answer with a named shape."""
    return Answer(meaning, {JSON: ref(name)}, headers)


def anything(*media_types: str) -> dict[str, Any]:
    """Describe a body of bytes or text without a shape."""
    return {media_type: {} for media_type in media_types}
