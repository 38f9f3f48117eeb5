"""What requests of several subjects have in common."""

from ..operation import Answer, Parameter
from ..schemas import DOCUMENT_ID, TEXT

ID = Parameter("id", "path", DOCUMENT_ID, "The document's id; slashes in it may be escaped or not.", "team/plan")
USER = Parameter("user", "path", {**TEXT, "minLength": 1, "maxLength": 200}, "The person's id, escaped.", "ada")
IF_NONE_MATCH = Parameter("If-None-Match", "header", TEXT, "An ETag that the caller has.")
IF_MATCH = Parameter("If-Match", "header", TEXT, "Change nothing unless the document is still at this version.")

MINE = (401, 403)
READ = (400, *MINE, 404, 503)
WRITE = (*READ, 413)
UNCHANGED = Answer("It is as the caller has it.", headers=("ETag",))
