"""Workers for a command: what a damaged or hostile document does, it does to them and not to the command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from coscribe.settings import Settings
from coscribe.workers.pool import WorkerPool


@asynccontextmanager
async def one_worker(settings: Settings, quarantined: list[tuple[int, int, str]]) -> AsyncIterator[WorkerPool]:
    """Run one worker over the database; rows it finds that cannot be loaded are added to `quarantined`."""
    pool = WorkerPool(
        count=1,
        database=settings.database_file,
        memory_bytes=settings.worker_memory_bytes,
        deadline_s=settings.worker_deadline_s,
        on_quarantine=lambda document, sequence, reason: quarantined.append((document, sequence, reason)),
    )
    await pool.start()
    try:
        yield pool
    finally:
        await pool.stop()
