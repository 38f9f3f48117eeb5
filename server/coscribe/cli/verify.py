"""`coscribe verify`: check that a database holds what was written, also while a server works with it."""

import asyncio
from typing import Any

from coscribe.cli.errors import CommandFailed
from coscribe.cli.flags import flags_for, load

Flags: Any = flags_for("data", "config")


def verify(*, given: Flags = None) -> None:
    """Check the database: its pages, every row, every checkpoint, and that every document can be built.

    It changes nothing and may run beside a server.
    """
    settings = load(given)
    from coscribe.cli.workers import one_worker
    from coscribe.operations.verify import Report, verify_documents, verify_file

    async def build_all(report: Report) -> None:
        bad: list[tuple[int, int, str]] = []
        async with one_worker(settings, bad) as pool:
            await verify_documents(pool, report)
        ids = {document.key: document.id for document in report.documents}
        report.problems += [f"document {ids.get(key, key)}, row {seq}: {reason}" for key, seq, reason in bad]

    path = settings.database_file
    report = verify_file(path)
    if not report.problems:  # a worker would only stumble over the same
        asyncio.run(build_all(report))
    for problem in report.problems:
        print(problem)
    counts = f"{len(report.documents)} documents, {report.rows} rows, {report.checkpoints} checkpoints"
    if report.problems:
        raise CommandFailed(
            f"{path} ({counts}) has {len(report.problems)} problems: keep a copy of the file as it is, "
            "and restore the newest backup that `coscribe verify` finds whole."
        )
    note = f"; {report.quarantined} rows are set aside" if report.quarantined else ""
    print(f"{path} is whole: {counts}{note}.")
