"""Clean-up of a motion: pure functions that repair what estimators get wrong, with numbers.

``clean`` runs the steps in their order; each step is a module of its own and can be called alone.
Must not import torch or Qt.
"""

from core.cleanup.clean import Cleaned, clean, clean_together
from core.cleanup.contacts import Contacts, find_contacts
from core.cleanup.measures import Measure
from core.cleanup.options import FOOT_LOCKS, STEPS, CleanupOptions, FootLock, Step

__all__ = [
    "FOOT_LOCKS",
    "STEPS",
    "Cleaned",
    "CleanupOptions",
    "Contacts",
    "FootLock",
    "Measure",
    "Step",
    "clean",
    "clean_together",
    "find_contacts",
]
