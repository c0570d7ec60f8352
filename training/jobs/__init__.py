"""Trainings as jobs: folders that tell everything, processes that outlive the window.

No Qt and no torch here. See docs/training.md for the folder's files.
"""

from training.jobs.folder import EpochFile, Sweep
from training.jobs.job import Job
from training.jobs.queue import Queue
from training.jobs.state import JobState
from training.jobs.store import JobStore, sweep

__all__ = ["EpochFile", "Job", "JobState", "JobStore", "Queue", "Sweep", "sweep"]
