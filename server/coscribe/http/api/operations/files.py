"""Files in and out: images, exports, imports."""

from ....content.formats import CONVERTED, FORMATS
from ..operation import Answer, Operation, Parameter, anything, json
from ..schemas import HASH, TEXT, ref
from .parts import ID, IF_MATCH, IF_NONE_MATCH, READ, UNCHANGED, WRITE

_EXPORTS = [format.media_type.partition(";")[0] for format in (*FORMATS.values(), *CONVERTED.values())]

FILES = (
    Operation(
        "GET",
        "/api/documents/{id}/export",
        "Files",
        "Export a document",
        {200: Answer("A file to keep.", anything(*_EXPORTS), ("ETag", "Content-Disposition")), 304: UNCHANGED},
        (*READ, 413, 422, 501),
        role="view",
        parameters=(ID, Parameter("format", "query", TEXT, "One of those listed; md unless given."), IF_NONE_MATCH),
        query="?format=docx",
        example="--output plan.docx",
    ),
    Operation(
        "GET",
        "/api/export/formats",
        "Files",
        "List the formats to export to",
        {200: json("Formats", "What this installation can write.")},
    ),
    Operation(
        "POST",
        "/api/import",
        "Files",
        "Import a file",
        {
            201: json("Imported", "A new document has its content.", "Location", "ETag"),
            200: json("Imported", "The document named `into` has its content.", "Location", "ETag"),
        },
        (*WRITE, 408, 409, 412, 415, 422, 501),
        role="edit",
        description="Word, OpenDocument, HTML, Markdown, text, ProseMirror JSON or a Yjs update, told by its name.",
        parameters=(IF_MATCH,),
        body={"multipart/form-data": ref("ImportForm")},
        example="-F file=@plan.docx",
    ),
    Operation(
        "POST",
        "/api/documents/{id}/files",
        "Files",
        "Upload an image",
        {201: json("File", "It is on disk.", "Location")},
        (*WRITE, 408, 415, 422),
        role="edit",
        description="PNG, JPEG, GIF, WebP or AVIF, told by its bytes: as the field `file` of a form, or as the body.",
        parameters=(ID,),
        body={"multipart/form-data": ref("Upload"), **anything("image/png")},
        example="-F file=@picture.png",
    ),
    Operation(
        "GET",
        "/files/{hash}",
        "Files",
        "Read an image",
        {
            200: Answer(
                "The image.", anything("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"), ("ETag",)
            ),
            304: UNCHANGED,
        },
        (401, 404, 503),
        role="view",
        description="Of any document that refers to it; the token may also be in the address.",
        parameters=(
            Parameter("hash", "path", HASH, "SHA-256 of the bytes.", "0" * 64),
            Parameter("token", "query", TEXT, "A token, where no header can be sent."),
            IF_NONE_MATCH,
        ),
    ),
)
