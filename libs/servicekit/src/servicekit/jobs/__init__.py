"""Durable background work: a jobs table with leases, fencing tokens, retries and progress.

Delivery is at least once, so every handler is idempotent. A handler that writes results calls
JobContext.fence(connection) inside its transaction: a worker that lost its lease then cannot
overwrite what its successor wrote.
"""

from servicekit.jobs.model import (
    Clock,
    Job,
    JobState,
    LostLease,
    PermanentJobError,
    WorkerStopping,
    jobs_table,
)
from servicekit.jobs.queue import JobQueue
from servicekit.jobs.worker import JobContext, Periodic, Worker

__all__ = [
    "Clock",
    "Job",
    "JobContext",
    "JobQueue",
    "JobState",
    "LostLease",
    "Periodic",
    "PermanentJobError",
    "Worker",
    "WorkerStopping",
    "jobs_table",
]
