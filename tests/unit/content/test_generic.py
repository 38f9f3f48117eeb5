"""Documents of other applications, as JSON and as text."""

import json
import subprocess
import sys
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText

from coscribe.content.errors import ContentError
from coscribe.content.render import render
from unit.content.building import CONTENTS, nested_maps, opened, update


def as_json(doc: Doc[Any]) -> Any:
    return json.loads(render(doc, "json", title="")[1])


def as_text(doc: Doc[Any]) -> str:
    return render(doc, "text", title="")[1].decode()


@pytest.fixture
def anything() -> Doc[Any]:
    doc: Doc[Any] = Doc()
    doc["code"] = Text("line\n😀")
    doc["list"] = Array([1, 2.5, "three", None, True, Array(["deep", Map({"k": "v"})]), Text("é😀")])
    doc["map"] = Map({"a": 1, "b": Map({"c": Array([Text("inner")])})})
    doc["xml"] = XmlFragment([XmlElement("P", {"b": "1", "a": "<"}, [XmlText("x<y"), XmlElement("br")])])
    return opened(doc.get_update())


def test_json_has_every_root_by_its_name(anything: Doc[Any]) -> None:
    assert as_json(anything) == {
        "code": "line\n😀",
        "list": [1, 2.5, "three", None, True, ["deep", {"k": "v"}], "é😀"],
        "map": {"a": 1, "b": {"c": ["inner"]}},
        "xml": '<p a="<" b="1">x<y<br></br></p>',
    }


def test_text_is_all_that_a_reader_would_read(anything: Doc[Any]) -> None:
    assert as_text(anything) == "line\n😀\n\nthree\ndeep\nv\né😀\n\ninner\n\nx<y\n"


def test_a_single_text_is_exactly_itself() -> None:
    doc: Doc[Any] = Doc()
    doc["quill"] = Text("no line end")
    assert as_text(opened(doc.get_update())) == "no line end"
    assert as_json(opened(doc.get_update())) == {"quill": "no line end"}


def test_bytes_and_subdocuments_do_not_spoil_the_rest() -> None:
    assert as_json(opened(update("root", None, "bytes", "document", "values"))) == {
        "root": [[97, 98], {"guid": "guid"}, 1, "x"]
    }


def test_long_lists_take_no_time() -> None:
    doc: Doc[Any] = Doc()
    values = doc.get("list", type=Array)
    with doc.transaction():
        for number in range(20_000):
            values.insert(0, {"n": number})
    assert as_json(doc)["list"][0] == {"n": 19_999}


def test_formats_of_rich_text_are_refused_with_a_sentence(anything: Doc[Any]) -> None:
    for format in ("markdown", "html", "html-fragment"):
        with pytest.raises(ContentError, match=r"holds no rich text.*ask for json, text, yjs"):
            render(anything, format, title="")
    assert render(anything, "yjs", title="")[1] == anything.get_update()


def test_hostile_nesting_is_refused() -> None:
    for format in ("json", "text"):
        with pytest.raises(ContentError, match="levels deep"):
            render(opened(nested_maps(3000)), format, title="")


_READ = """
import sys
from coscribe.content.errors import ContentError
from coscribe.content.render import FORMATS, render
from pycrdt import Doc
for state in sys.stdin.read().split():
    for format in FORMATS:
        doc = Doc()
        doc.apply_update(bytes.fromhex(state))
        try:
            render(doc, format, title="")
        except ContentError:
            pass
print("done")
"""


def test_no_mixture_of_contents_hangs_or_kills_the_reader() -> None:
    inners = [None, "list", "map", "text", "element", "fragment", "xml text"]
    states = [
        update(root, inner, *contents)
        for root in ("default", "other")
        for inner in inners
        for name in CONTENTS
        for contents in ((name,), (name, "characters"), ("characters", name, "values"))
    ]
    _read_apart(states)


def _read_apart(states: list[bytes]) -> None:
    """Read documents in a process of its own: what goes wrong here holds the GIL for ever or is no exception."""
    done = subprocess.run(
        [sys.executable, "-c", _READ],
        input="\n".join(state.hex() for state in states),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-2000:]


def test_a_plain_text_with_an_emoji_in_the_rich_text_s_root_is_read() -> None:
    doc: Doc[Any] = Doc()
    doc["default"] = Text("emoji 😀 in a plain text")
    done = subprocess.run(
        [sys.executable, "-c", _READ],
        input=doc.get_update().hex(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-2000:]
    assert as_json(opened(doc.get_update())) == {"default": "emoji 😀 in a plain text"}
