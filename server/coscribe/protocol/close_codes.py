"""Why a WebSocket is closed; y-websocket clients take codes 4400 to 4499 for permanent and do not come back."""

from enum import IntEnum


class CloseCode(IntEnum):
    """The codes this server closes with; 1xxx mean: come back later."""

    GOING_AWAY = 1001
    SERVER_ERROR = 1011
    RESTARTING = 1012
    TRY_AGAIN_LATER = 1013
    BAD_MESSAGE = 4400
    SIGN_IN_AGAIN = 4401
    FORBIDDEN = 4403
    DELETED = 4404
    SIGN_IN_TOO_SLOW = 4408
    EPOCH_CHANGED = 4409
    CLIENT_TOO_OLD = 4410
    TOO_LARGE = 4413
    TOO_FAST = 4429


class CloseSocket(Exception):
    """Raised while a client's bytes are handled, when the answer is to close its socket."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
