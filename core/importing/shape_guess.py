"""Guess joints whose names say nothing, by how the skeleton branches and where its parts lie.

Arms and legs are the pairs of long chains that part from the trunk; below the middle are the legs.
Only for skeletons in a stance (T-, A- or N-pose), and never surer than "by place".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np

from core.importing.joint_map import JointMap
from core.importing.landmarks import Landmarks, stance_of, unit
from core.importing.source import Array, Source
from core.skeleton import JOINT_INDEX

CONFIDENCE = 0.5
NEAR_MIDDLE = 0.17  # of the arm's length: shoulders lie farther out than that, collar bones not
_FINGERS = 3  # a hand is where this many chains part, or where the limb ends


def guess_by_shape(source: Source) -> JointMap:
    """Return a map by hierarchy and rest pose alone; empty where no body is recognised."""
    tree = _Tree(source)
    for pelvis in tree.forks:
        found = tree.body_at(pelvis)
        if found:
            index = {JOINT_INDEX[joint]: column for joint, column in found.items()}
            if not stance_of(Landmarks(source.rest_positions, index)).is_usable:
                continue
            names = {joint: source.names[column] for joint, column in found.items()}
            return JointMap(names, dict.fromkeys(names, CONFIDENCE))
    return JointMap({})


class _Tree:
    """Who hangs on whom, and where it lies at rest."""

    def __init__(self, source: Source) -> None:
        self.parents = source.parents
        self.places: Array = source.rest_positions
        self.children: list[list[int]] = [[] for _ in source.names]
        for joint, parent in enumerate(source.parents):
            if parent >= 0:
                self.children[parent].append(joint)
        self.reach = self._reach()

    @property
    def forks(self) -> list[int]:
        """Joints where chains part, from the root down."""
        return [j for j, children in enumerate(self.children) if len(children) > 1]

    def _reach(self) -> Array:
        """(J,) length of the longest chain below each joint."""
        out = np.zeros(len(self.parents))
        for joint in range(len(self.parents) - 1, 0, -1):
            parent = self.parents[joint]
            if parent >= 0:
                bone = float(np.linalg.norm(self.places[joint] - self.places[parent]))
                out[parent] = max(out[parent], out[joint] + bone)
        return out

    def body_at(self, pelvis: int) -> dict[str, int]:
        """SMPL joint -> joint if two legs and a trunk with two arms hang on ``pelvis``."""
        branches = sorted(self.children[pelvis], key=lambda j: -self.reach[j])
        for pair in combinations(branches[:4], 2):
            if not self._is_pair(pelvis, pair):
                continue
            for trunk in branches:
                if trunk in pair:
                    continue
                found = self._with_trunk(pelvis, pair, trunk)
                if found:
                    return found
        return {}

    def _is_pair(self, middle: int, pair: Sequence[int]) -> bool:
        """Two limbs of about the same length that mirror each other."""
        a, b = (self.reach[j] for j in pair)
        if min(a, b) <= 1e-9 or min(a, b) < 0.8 * max(a, b):
            return False
        ends = [self.places[self._end(j)] - self.places[middle] for j in pair]
        across = float(np.linalg.norm(ends[0] - ends[1]))
        first, second = (self._length(end) for end in ends)
        return across > 0.08 * (a + b) and min(first, second) > 0.6 * max(first, second)

    def _length(self, vector: Array) -> float:
        return float(np.linalg.norm(vector))

    def _end(self, joint: int) -> int:
        while self.children[joint]:
            joint = max(
                self.children[joint],
                key=lambda j: self.reach[j] + self._length(self.places[j] - self.places[joint]),
            )
        return joint

    def _chain(self, joint: int) -> list[int]:
        """The longest chain from a joint, up to where it parts into fingers."""
        out = [joint]
        while self.children[out[-1]] and len(self.children[out[-1]]) < _FINGERS:
            last = out[-1]
            out.append(
                max(
                    self.children[last],
                    key=lambda j: self.reach[j] + self._length(self.places[j] - self.places[last]),
                )
            )
        return out

    def _with_trunk(self, pelvis: int, legs: Sequence[int], trunk: int) -> dict[str, int]:
        spine = [trunk]
        while len(self.children[spine[-1]]) == 1:
            spine.append(self.children[spine[-1]][0])
        chest = spine[-1]
        branches = sorted(self.children[chest], key=lambda j: -self.reach[j])
        pairs = [p for p in combinations(branches[:4], 2) if self._is_pair(chest, p)]
        if not pairs:
            return {}
        arms = pairs[0]
        feet = np.mean([self.places[self._end(j)] for j in legs], axis=0)
        up = unit(self.places[chest] - feet)
        left = self._left(legs, up)
        if left is None or float((self.places[pelvis] - feet) @ up) <= 0:
            return {}
        found = {"pelvis": pelvis, "spine3": chest}
        if len(spine) > 1:
            found["spine1"] = spine[0]
        if len(spine) > 2:
            found["spine2"] = spine[len(spine) // 2]
        for side, sign in (("left", 1.0), ("right", -1.0)):
            leg, arm = (
                max(pair, key=lambda j: sign * float(self.places[self._end(j)] @ left))
                for pair in (legs, arms)
            )
            out_of_middle = sign * (self.places - self.places[chest]) @ left
            parts = self._leg(leg) | self._arm(arm, out_of_middle)
            if "wrist" not in parts or "ankle" not in parts:
                return {}
            found |= {f"{side}_{part}": joint for part, joint in parts.items()}
        if len(set(found.values())) < len(found):
            return {}
        neck = [j for j in branches if j not in arms]
        if neck:
            chain = self._chain(max(neck, key=lambda j: float(self.places[j] @ up)))
            found["neck"] = chain[0]
            if len(chain) > 1:
                found["head"] = chain[1]
        return found

    def _left(self, legs: Sequence[int], up: Array) -> Array | None:
        """(3,) direction to the body's left: the toes tell what is in front."""
        toes = np.zeros(3)
        for leg in legs:
            parts = self._leg(leg)
            if "foot" in parts:
                toes += self.places[parts["foot"]] - self.places[parts["ankle"]]
        forward = toes - (toes @ up) * up
        if np.linalg.norm(forward) < 1e-6:
            return None
        return np.cross(up, unit(forward))

    def _two_longest(self, chain: list[int], first: int = 0) -> int:
        """Where in a chain the two long bones of a limb begin."""
        bones = [self._length(self.places[b] - self.places[a]) for a, b in pairwise(chain)]
        return max(range(first, len(bones) - 1), key=lambda i: min(bones[i], bones[i + 1]))

    def _leg(self, joint: int) -> dict[str, int]:
        """Hip, knee, ankle and toes; a joint of no length at the pelvis is passed over."""
        chain = self._chain(joint)
        if len(chain) < 3:
            return {}
        chain = chain[self._two_longest(chain) :]
        return dict(zip(("hip", "knee", "ankle", "foot"), chain, strict=False))

    def _arm(self, joint: int, out_of_middle: Array) -> dict[str, int]:
        """Collar, shoulder, elbow, wrist and hand; what lies near the middle is the collar."""
        chain = self._chain(joint)
        near = NEAR_MIDDLE * self.reach[joint]
        first = next((i for i, j in enumerate(chain) if out_of_middle[j] > near), 0)
        if len(chain) < first + 3:
            return {}
        upper = self._two_longest(chain, first)
        parts = ("shoulder", "elbow", "wrist", "hand")
        found = dict(zip(parts, chain[upper:], strict=False))
        return found | ({"collar": chain[upper - 1]} if upper > 0 else {})
