"""Results made elsewhere: look at a file with ``inspect``, take people of it with ``load_people``.

One module a tool, one table (:mod:`readers`), one way into the program's axes (:mod:`placing`).
"""

from core.estimators.results.found import Found, FoundPerson
from core.estimators.results.importing import inspect, load_people
from core.estimators.results.placing import AXES

__all__ = ["AXES", "Found", "FoundPerson", "inspect", "load_people"]
