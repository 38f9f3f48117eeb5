"""The server keeps to its own description, whatever is sent: generated requests, right and wrong, at a real server.

Every answer must be described: its status, its media type, its shape. None may be the server's failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from coscribe.http.api.operation import Operation
from coscribe.http.api.operations import OPERATIONS
from harness.server import Server

EXAMPLES = int(os.environ.get("EXAMPLES", "8"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: 501 says that this installation lacks a converter, 503 that the journal or a worker is not at hand.
HONEST = {501, 503}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a few documents of known ids."""
    with Server(tmp_path_factory.mktemp("api") / "data") as server:
        for id in ("a", "b/c", "0"):
            body = {"id": id, "title": "Title", "markdown": "# Head\n\nBody"}
            assert requests.post(f"{server.url}/api/documents", json=body, timeout=30).status_code == 201
        yield server


@pytest.fixture(scope="module")
def described(target: Server) -> Any:
    return schemathesis.openapi.from_url(f"{target.url}/api/openapi.json")


CASES = [
    pytest.param(operation, mode, id=f"{operation.name}-{mode.value}")
    for operation in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode is GenerationMode.POSITIVE or operation.body or any(p.place != "header" for p in operation.parameters)
]


@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_every_answer_is_described(described: Any, operation: Operation, mode: GenerationMode) -> None:
    strategy = described[operation.path][operation.method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, known=...)
    def check(case: Any, known: bool) -> None:
        if known and "id" in case.path_parameters:
            case.path_parameters["id"] = "a"  # else hardly any request would reach a document
        response = case.call()
        if response.status_code in HONEST:
            case.validate_response(response, checks=CHECKS[1:])
        else:
            case.validate_response(response, checks=CHECKS)

    check()
