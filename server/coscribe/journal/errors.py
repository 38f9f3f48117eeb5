"""What can go wrong with a journal. Every text ends with what the operator should do."""

from __future__ import annotations


class JournalError(Exception):
    """Anything the journal says went wrong."""


class DatabaseRefused(JournalError):
    """The database cannot be used at all: `coscribe serve` says the sentence and exits 1."""


class DatabaseNewer(DatabaseRefused):
    """The file was written by a newer Coscribe."""


class DatabaseDamaged(DatabaseRefused):
    """The file is not a whole Coscribe database."""


class DatabaseUnusable(DatabaseRefused):
    """The file or its folder cannot be opened, created or locked."""


class DataFolderBusy(DatabaseRefused):
    """Another server works in this data folder."""


class DocumentDamaged(JournalError):
    """What is stored of one document is not what was written; its room must be refused, never served without it."""


class StoreFailed(JournalError):
    """The store could not read or write just now. Nothing of the change counts as written; trying again may work."""


class ChangeRefused(JournalError):
    """The store will never take this change; trying again is of no use."""


class JournalClosed(JournalError):
    """The server is stopping: the change may not have been stored, send it again after the restart."""
