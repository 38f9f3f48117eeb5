"""The life of a session."""

from enum import Enum, auto


class Phase(Enum):
    """Where a session is in its life; `NEXT` has the ways on."""

    SIGNING_IN = auto()
    OPENING = auto()
    SYNCING = auto()
    LIVE = auto()
    BEHIND = auto()
    CLOSED = auto()


NEXT = {
    Phase.SIGNING_IN: {Phase.OPENING, Phase.CLOSED},
    Phase.OPENING: {Phase.SYNCING, Phase.CLOSED},
    Phase.SYNCING: {Phase.SYNCING, Phase.LIVE, Phase.CLOSED},
    Phase.LIVE: {Phase.LIVE, Phase.SYNCING, Phase.BEHIND, Phase.CLOSED},
    Phase.BEHIND: {Phase.BEHIND, Phase.SYNCING, Phase.LIVE, Phase.CLOSED},
    Phase.CLOSED: {Phase.CLOSED},
}
