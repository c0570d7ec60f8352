"""Modules are taken out of garbage collection once they are there, and not at every step."""

import gc
import sys
import types

import pytest

from studio.collecting import ModuleKeeper


@pytest.fixture
def thawed():
    yield
    gc.unfreeze()


def test_modules_are_frozen_once(qapp, thawed, monkeypatch):
    keeper = ModuleKeeper(qapp)
    keeper.look()
    frozen = gc.get_freeze_count()
    assert frozen > 10_000
    keep = [[] for _ in range(20_000)]
    keeper.look()
    assert gc.get_freeze_count() <= frozen
    monkeypatch.setattr(sys, "modules", sys.modules | {
        f"new_{i}": types.ModuleType(f"new_{i}") for i in range(60)
    })  # fmt: skip
    keeper.look()
    assert gc.get_freeze_count() >= frozen + len(keep)
    keeper.deleteLater()


def test_what_died_before_is_not_kept(qapp, thawed):
    class Knot:
        died = False

        def __del__(self):
            Knot.died = True

    knot = Knot()
    knot.itself = knot
    del knot
    keeper = ModuleKeeper(qapp)
    keeper.look()
    assert Knot.died
    keeper.deleteLater()
