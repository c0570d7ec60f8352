"""Read pickles of strangers without running them: plain, joblib's, numpy's and torch's.

A pickle is a little program: it may name any function on the machine and call it. Here every name
is answered from a named allow-list (:mod:`core.unpickle.allowed`); anything else is refused, by
name. Needs neither joblib nor torch; tensors come back as numpy arrays.

Nothing here may ever call ``pickle.load``, ``joblib.load`` or ``torch.load``.
"""

from core.unpickle.allowed import CONFIG, DATA, NUMPY, TORCH, AllowList, Inert
from core.unpickle.files import read_joblib, read_npy, read_pickle, read_torch
from core.unpickle.reader import RefusedPickle
from core.unpickle.tensors import StoredTensor, settled

__all__ = [
    "CONFIG",
    "DATA",
    "NUMPY",
    "TORCH",
    "AllowList",
    "Inert",
    "RefusedPickle",
    "StoredTensor",
    "read_joblib",
    "read_npy",
    "read_pickle",
    "read_torch",
    "settled",
]
