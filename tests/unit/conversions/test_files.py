"""Looking at a file before anything else does: what it is, and what is packed in it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from coscribe.conversions import archive
from coscribe.conversions.errors import NotConvertible, TooLarge, UnknownKind
from coscribe.conversions.kinds import kind_of


def packed(**parts: bytes | str) -> bytes:
    """Pack parts; `__` in a name stands for a slash."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name.replace("__", "/"), part)
    return body.getvalue()


def docx(**more: bytes | str) -> bytes:
    return packed(**{"word__document.xml": "<w:document/>", **more})


ODT = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("a.docx", docx(), "docx"),
        ("a.md", docx(), "docx"),
        ("noname", packed(**ODT), "odt"),
        ("a.html", b"<p>x", "html"),
        ("a.HTM", b"x", "html"),
        ("a", b"  <!DOCTYPE html><p>x", "html"),
        ("a", b"\xef\xbb\xbf<html>", "html"),
        ("a.md", b"# x", "markdown"),
        ("a.markdown", b"", "markdown"),
        ("a.txt", "ä".encode(), "text"),
        ("a", b"plain", "text"),
        ("a.json", b"{", "json"),
        ("a", b' {"type": "doc"}', "json"),
        ("a", b"{ not json", "text"),
        ("", b"x", "text"),
        ("a.yjs", b"\0\0", "yjs"),
    ],
)
def test_a_file_is_known_by_its_bytes_and_then_by_its_name(name: str, body: bytes, kind: str) -> None:
    assert kind_of(name, body) == kind


@pytest.mark.parametrize(
    ("name", "body", "advice"),
    [
        ("a.pdf", b"%PDF-1.7", "export from what it was made with"),
        ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1"), "save it as .docx"),
        ("a.zip", packed(x="y"), "use a .docx"),
        ("a.xlsx", packed(xl__workbook="y"), "use a .docx"),
        ("a.odt", packed(**{**ODT, "mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "use a .docx"),
        ("a.docx", b"no archive", "use a .docx"),
        ("a.docx", b"PK\x03\x04 torn", "use a .docx"),
        ("a.txt", b"\xff\xfe", "use a .docx"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0", "use a .docx"),
        ("a.txt", b"nul \0", "use a .docx"),
    ],
)
def test_what_cannot_be_read_is_refused_with_advice(name: str, body: bytes, advice: str) -> None:
    with pytest.raises(UnknownKind, match=advice):
        kind_of(name, body)


def test_deep_json_is_text() -> None:
    assert kind_of("a", b'{"a":' + b"[" * 100_000) == "text"
    with pytest.raises(RecursionError):
        json.loads("[" * 100_000)


def test_only_what_a_document_needs_is_unpacked() -> None:
    body = packed(
        **{
            "word/document.xml": "<a/>",
            "word/vbaProject.bin": "macro",
            "word/media/a.png": "p",
            "word/embeddings/o.bin": "ole",
            "customXml/item1.xml": "c",
            "../../evil": "x",
            "word/media/../../evil": "x",
        }
    )
    assert archive.unpack(body, "docx") == {"word/document.xml": b"<a/>", "word/media/a.png": b"p"}


def test_a_part_that_is_there_twice_counts_once() -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        made.writestr("word/document.xml", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("word/document.xml", "two")
    assert len(archive.unpack(body.getvalue(), "docx")) == 1


def test_a_bomb_is_refused_before_it_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 5_000_000)
    monkeypatch.setattr(archive, "PIECE_BYTES", 1_000)
    with pytest.raises(TooLarge, match="unpacks to more"):
        archive.unpack(docx(word__media__a=bytes(5_000_001)), "docx")
    with pytest.raises(TooLarge, match="unpacks to more"):
        archive.unpack(docx(word__media__a=bytes(3_000_000), word__media__b=bytes(3_000_000)), "docx")
    assert archive.unpack(docx(word__media__a=bytes(4_999_000)), "docx")


def test_a_bomb_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 100_000)
    body = bytearray(docx(word__media__a=bytes(1_000_000)))
    size = (1_000_000).to_bytes(4, "little")
    while (at := body.find(size)) >= 0:
        body[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises((TooLarge, NotConvertible)):
        archive.unpack(bytes(body), "docx")


def test_markup_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MARKUP_BYTES", 1000)
    with pytest.raises(TooLarge):
        archive.unpack(packed(**{"word/document.xml": b" " * 1001}), "docx")
    assert archive.unpack(packed(**{"word/document.xml": b" " * 999}), "docx")


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    with pytest.raises(TooLarge, match="holds 4 parts"):
        archive.unpack(docx(a="", b="", c=""), "docx")


@pytest.mark.parametrize("declaration", ["<!DOCTYPE x [<!ENTITY a 'b'>]>", "<!doctype x>"])
def test_entities_are_refused(declaration: str) -> None:
    with pytest.raises(NotConvertible, match="declares entities"):
        archive.unpack(packed(**{"word/document.xml": f"<?xml version='1.0'?>{declaration}<a/>"}), "docx")


@pytest.mark.parametrize("body", [b"PK\x03\x04", docx()[:60], b""], ids=["head", "cut", "empty"])
def test_a_damaged_archive_is_refused(body: bytes) -> None:
    with pytest.raises(NotConvertible, match="damaged"):
        archive.unpack(body, "docx")


def test_an_encrypted_part_is_refused() -> None:
    body = bytearray(docx())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.find(signature) + at] |= 1
    with pytest.raises(NotConvertible, match="encrypted"):
        archive.unpack(bytes(body), "docx")


def test_packing_is_the_reverse() -> None:
    parts: dict[str, Any] = {"mimetype": b"x", "content.xml": b"<a/>"}
    assert archive.unpack(archive.pack(parts), "odt") == parts
