"""`coscribe audit`: read who did what, from the database, also while a server works with it."""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from coscribe.cli.document import document_id
from coscribe.cli.errors import UsageError
from coscribe.cli.flags import flags_for, load
from coscribe.cli.shown import shown

if TYPE_CHECKING:
    from coscribe.journal.audit import AuditLine, AuditQuery
    from coscribe.journal.reader import JournalReader

Flags: Any = flags_for("data", "config")
LOOK_S = 0.5
PAGE = 1000
MOST_AT_ONCE = 1_000_000
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def audit(
    *,
    document: Annotated[str | None, Parameter(help="Only what was done to this document.", metavar="ID")] = None,
    actor: Annotated[
        str | None, Parameter(help="Only what this person, key or link did, by its id.", metavar="ID")
    ] = None,
    action: Annotated[
        str | None, Parameter(help="Only this, such as document.delete; share.* is all of a kind.", metavar="ACTION")
    ] = None,
    since: Annotated[
        str | None, Parameter(help="Only what came after: a time, a date, or an age such as 24h or 7d.", metavar="TIME")
    ] = None,
    limit: Annotated[
        int | None, Parameter(help="Only so many lines, the newest; all without.", metavar="LINES")
    ] = None,
    as_json: Annotated[bool, Parameter(name="--json", help="Print lines of JSON.", negative="")] = False,
    follow: Annotated[bool, Parameter(help="Go on with what happens, until it is stopped.", negative="")] = False,
    given: Flags = None,
) -> None:
    """Print who did what to which document, and with what result; oldest first.

    It changes nothing and may run beside a server.
    """
    if limit is not None and limit < 1:
        raise UsageError("--limit must be 1 or more.")
    if document is not None:
        document_id(document)
    if action is not None:
        _check_action(action)
    settings = load(given)
    from coscribe.journal.audit import AuditQuery
    from coscribe.journal.reader import JournalReader

    wanted = AuditQuery(actor=actor, document=document, action=action, since=None if since is None else _moment(since))
    with JournalReader(settings.database_file) as reader:
        try:
            last = 0
            for line in _backwards(reader, wanted, limit):
                _show(line, as_json)
                last = line.seq
            while follow:
                sys.stdout.flush()
                time.sleep(LOOK_S)
                last = _follow(reader, wanted, last, as_json)
        except (KeyboardInterrupt, BrokenPipeError):
            sys.stderr.close()  # whoever read has gone


def _check_action(given: str) -> None:
    """Raise UsageError for what is neither an action nor all of a kind."""
    from coscribe.journal.audit import Action

    kinds = {f"{action.partition('.')[0]}.*" for action in Action if "." in action}
    if given not in {*Action, *kinds}:
        raise UsageError(
            f"There is no action {shown(given, word=True)}; choose among {', '.join(sorted({*Action, *kinds}))}."
        )


def _moment(given: str) -> int:
    """Read a moment or an age into milliseconds since the epoch."""
    now = datetime.now(UTC)
    try:
        if given[-1:] in _UNITS and given[:-1].isdigit():
            at = now - timedelta(**{_UNITS[given[-1]]: int(given[:-1])})
        else:
            at = datetime.fromisoformat(given)
            at = at if at.tzinfo else at.astimezone()
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise UsageError(f"--since {given!r} is no time: write 2026-01-31, 2026-01-31T12:00, or 24h.") from None


def _backwards(reader: "JournalReader", wanted: "AuditQuery", limit: int | None) -> "list[AuditLine]":
    """Return what fits, the oldest first."""
    from dataclasses import replace

    found: list[AuditLine] = []
    while limit is None or len(found) < limit:
        step = PAGE if limit is None else min(PAGE, limit - len(found))
        page = reader.audit(replace(wanted, before=found[-1].seq if found else None, limit=step))
        found += page
        if len(page) < step:
            break
    return found[::-1]


def _follow(reader: "JournalReader", wanted: "AuditQuery", last: int, as_json: bool) -> int:
    from dataclasses import replace

    for line in reversed(reader.audit(replace(wanted, after=last, limit=MOST_AT_ONCE))):
        _show(line, as_json)
        last = line.seq
    return last


def _show(line: "AuditLine", as_json: bool) -> None:
    if as_json:
        from coscribe.journal.audit import described

        text = json.dumps(described(line), ensure_ascii=False, separators=(",", ":"))
        print(text if text.isprintable() else json.dumps(described(line), separators=(",", ":")))
        return
    at = datetime.fromtimestamp(line.at / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    who = f"{line.kind}:{shown(line.actor, word=True)}" if line.actor else line.kind
    detail = " ".join(f"{name}={shown(str(value), word=True)}" for name, value in line.detail.items())
    print(f"{at}  {line.action:18} {line.result:8} {who}  {line.document or '-'}  {line.address}  {detail}".rstrip())
