"""What the server reads and writes against what the browser's own y-tiptap does, on random documents."""

import base64
import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc

from corpus.documents import CORPUS
from coscribe.content import prosemirror
from coscribe.content.input import merge_text, normalise
from coscribe.content.patch import patch
from coscribe.content.render import render
from coscribe.content.schema import Json, Schema, schema
from coscribe.content.update import to_update
from coscribe.protocol.updates import check
from unit.content.documents import Documents, comparable, larger_schema

HERE = Path(__file__).parent
DOCUMENTS = 200
TIMEOUT_S = 110


def browser(known: Schema, jobs: list[Json]) -> list[Any]:
    """Return what a browser answers to each job."""
    node = shutil.which("node")
    assert node is not None, "the tests against y-tiptap need Node 20: run `make test`"
    assert (HERE / "node_modules").exists(), "the packages of y-tiptap are not installed: run `make test`"
    lines = [{"schema": {"topNode": "doc", "nodes": known.spec["nodes"], "marks": known.spec["marks"]}}, *jobs]
    done = subprocess.run(
        [node, "peer.mjs"],
        cwd=HERE,
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.split("\n")[1:-1]]


def opened(update: str) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    doc.apply_update(base64.b64decode(update))
    return doc


def documents(seed: int, known: Schema) -> list[Json]:
    make = Documents(random.Random(seed), known)
    return [make.document() for _ in range(DOCUMENTS)]


@pytest.mark.parametrize("known", [schema(), larger_schema()], ids=["editor", "larger"])
def test_what_the_server_writes_is_what_a_browser_shows_and_leaves_alone(seed: int, known: Schema) -> None:
    written = documents(seed, known)
    updates = [to_update(document, known=known) for document in written]
    shown = browser(known, [{"read": base64.b64encode(update).decode()} for update in updates])
    for document, update, answer in zip(written, updates, shown, strict=True):
        assert comparable(answer["json"]) == comparable(document)
        assert answer["valid"]
        assert not answer["changed"]
        assert not answer["pending"]
        assert check(update).structs


@pytest.mark.parametrize("known", [schema(), larger_schema()], ids=["editor", "larger"])
def test_what_a_browser_writes_the_server_reads_as_the_editor_does(seed: int, known: Schema) -> None:
    make = Documents(random.Random(seed), known)
    histories = [[make.document() for _ in range(make.chance.randint(1, 4))] for _ in range(DOCUMENTS)]
    answers = browser(known, [{"write": history} for history in histories])
    for history, answer in zip(histories, answers, strict=True):
        read = prosemirror.read(opened(answer["update"]), "default", known)
        assert comparable(read) == comparable(answer["json"]) == comparable(history[-1])


@pytest.mark.parametrize("known", [schema(), larger_schema()], ids=["editor", "larger"])
def test_what_the_server_changes_is_what_a_browser_shows_and_leaves_alone(seed: int, known: Schema) -> None:
    make = Documents(random.Random(seed), known)
    histories = [[make.document() for _ in range(3)] for _ in range(DOCUMENTS)]
    states: list[bytes] = []
    for history in histories:
        doc: Doc[Any] = Doc()
        doc.apply_update(to_update(history[0], known=known))
        for document in history[1:]:
            update = patch(doc.get_update(), document, known=known)
            check(update)
            doc.apply_update(update)
        states.append(doc.get_update())
    shown = browser(known, [{"read": base64.b64encode(state).decode()} for state in states])
    for history, answer in zip(histories, shown, strict=True):
        assert comparable(answer["json"]) == comparable(history[-1])
        assert answer["valid"]
        assert not answer["changed"]
        assert not answer["pending"]


def test_a_browser_shows_every_node_and_mark_as_the_server_does() -> None:
    documents = list(CORPUS.values())
    shown = browser(schema(), [{"read": base64.b64encode(to_update(each)).decode()} for each in documents])
    written = browser(schema(), [{"write": [each]} for each in documents])
    for document, read, wrote in zip(documents, shown, written, strict=True):
        assert read["json"] == document
        assert read["valid"]
        assert not read["changed"]
        assert prosemirror.read(opened(wrote["update"]), "default") == document == wrote["json"]


def test_what_two_browsers_write_at_once_is_read_as_they_do(seed: int) -> None:
    known = larger_schema()
    make = Documents(random.Random(seed), known)
    jobs = [{"merge": {side: make.document() for side in ("base", "left", "right")}} for _ in range(DOCUMENTS)]
    for answer in browser(known, jobs):
        # Each may have deleted what the other kept: then nothing is left, and `read` says None.
        read = prosemirror.read(opened(answer["update"]), "default", known) or {"type": "doc"}
        assert comparable(read) == comparable(_completed(answer["raw"], known))


def test_both_write_the_same_bytes_for_overlapping_marks(seed: int) -> None:
    known = larger_schema()
    marked = [{"type": "comment", "attrs": {"id": f"ü😀{number}", "rank": number / 2}} for number in range(50)]
    document = {
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x", "marks": marked}]}],
    }
    (answer,) = browser(known, [{"write": [document]}])
    names = set(base64.b64decode(answer["update"]).split(b"comment--")[1:])
    ours = set(to_update(document, known=known).split(b"comment--")[1:])
    assert {name[:8] for name in names} == {name[:8] for name in ours}
    assert len({name[:8] for name in names}) == len(marked)


GENERIC: list[Json] = [
    {"notes": ["text", [{"insert": "a😀b", "attributes": {"bold": True}}, {"insert": " c\n"}]]},
    {"default": ["text", [{"insert": "emoji 👩‍👩‍👧 in a plain text"}]]},
    {"list": ["list", [1, 2.5, "three", None, True, {"four": 4}, [5, [6]], {"text": "é😀"}]]},
    {"map": ["map", {"a": 1, "b": {"c": [1, {"text": "deep"}]}, "d": "x", "e": None}]},
    {"xml": ["xml", [{"tag": "P", "attrs": {"b": "1", "a": "<"}, "children": ["x<y&z", {"tag": "br"}]}, "loose"]]},
    {"one": ["text", [{"insert": "1"}]], "two": ["list", ["2"]], "three": ["map", {"3": 3}]},
]


def test_a_generic_document_has_the_json_that_yjs_gives_it() -> None:
    answers = browser(schema(), [{"generic": roots} for roots in GENERIC])
    for answer in answers:
        assert json.loads(render(opened(answer["update"]), "json", title="")[1]) == answer["json"]


def _completed(raw: Json, known: Schema) -> Json:
    """Bring y-tiptap's raw JSON into the form of `getJSON()`."""

    def flat(nodes: list[Any]) -> list[Any]:
        return [inner for node in nodes for inner in (node if isinstance(node, list) else [node])]

    def complete(node: Json) -> Json:
        marks = [
            {"type": mark["type"], **({"attrs": attributes} if attributes else {})}
            for mark in node.get("marks", [])
            for attributes in [known.mark_attributes(mark["type"], mark["attrs"])]
        ]
        result = {key: value for key, value in node.items() if key in ("type", "text")}
        if node["type"] != "text" and (attributes := known.node_attributes(node["type"], node.get("attrs", {}))):
            result["attrs"] = attributes
        if content := merge_text(complete(inner) for inner in flat(node.get("content", []))):
            result["content"] = content
        return {**result, "marks": sorted(marks, key=lambda mark: known.rank(mark["type"]))} if marks else result

    return complete(raw)


def test_what_is_generated_is_in_normal_form_already(seed: int) -> None:
    for known in (schema(), larger_schema()):
        for document in documents(seed, known)[:50]:
            assert normalise(document, known) == document
            known.check(document)
