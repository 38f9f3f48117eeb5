"""The command with a planted bug: edits are acknowledged when they are queued, not when they are on disk.

Lets the crash tests prove that they would notice.
"""

import asyncio
from typing import Any

from coscribe.__main__ import main
from coscribe.journal.journal import Change, Journal

append = Journal.append


def append_and_acknowledge(journal: Journal, change: Change, token: object = None) -> None:
    append(journal, change)
    if token is not None:
        acknowledge: Any = journal._on_commit
        asyncio.get_running_loop().call_soon(acknowledge, [token])


Journal.append = append_and_acknowledge  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
