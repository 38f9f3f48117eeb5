"""What a caller of the pool may be told, beside ContentError and MalformedUpdate."""


class WorkerUnavailable(RuntimeError):
    """No worker could take the request in time; try again later."""


class WorkerFailed(RuntimeError):
    """Workers could not answer, also not after a retry in a fresh process."""
