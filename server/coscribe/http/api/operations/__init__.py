"""Every request that the server answers, but for the editor's files and the sockets of live editing."""

from http import HTTPStatus

from ..operation import Operation
from .access import ACCESS
from .content import CONTENT
from .documents import DOCUMENTS
from .files import FILES
from .operation import OPERATION
from .records import RECORDS
from .sign_in import SIGN_IN
from .webhooks import WEBHOOKS

OPERATIONS: tuple[Operation, ...] = (*DOCUMENTS, *CONTENT, *FILES, *ACCESS, *SIGN_IN, *WEBHOOKS, *RECORDS, *OPERATION)
PHRASES = {int(status): status.phrase for status in HTTPStatus}
