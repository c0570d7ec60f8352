"""Motions posed ahead of being shown."""

from __future__ import annotations

import gc
import weakref

import numpy as np

from core.datasets.demo import generate
from studio.viewport import poses


def test_a_motion_made_ready_is_not_posed_again(monkeypatch):
    motion = generate("kicking", 1, 20)
    expected = poses.posed_clip(motion)
    poses.make_ready([motion])
    monkeypatch.setattr(poses, "_posed", lambda motion: None)
    found = poses.posed_clip(motion)
    np.testing.assert_array_equal(found.joints, expected.joints)
    assert poses.posed_clip(motion) is None  # handed over once: nothing is held for ever


def test_what_was_made_ready_and_never_shown_goes_with_its_motion():
    motion = generate("kicking", 2, 20)
    poses.make_ready([motion])
    assert motion in poses._READY
    gone = weakref.ref(poses._READY[motion])
    del motion
    gc.collect()
    assert gone() is None
