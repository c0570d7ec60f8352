"""Guess which joint of an unknown skeleton is which of SMPL's, by names and by the hierarchy.

Sides and limbs come from the names; the spine's joints, which every program counts differently,
from the chain between the pelvis and the joint where the arms part. Words that mean two things
("Shoulder" is the collar bone where there is also an "Arm") are settled by what else is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from core.importing.joint_map import REQUIRED, JointMap
from core.importing.names import Reading, read_name

SURE, LIKELY, BY_PLACE = 1.0, 0.85, 0.7
_LIMBS = (("collar", "shoulder", "elbow", "wrist", "hand"), ("hip", "knee", "ankle", "foot"))
_ORDER = {part: (limb, i) for limb, parts in enumerate(_LIMBS) for i, part in enumerate(parts)}


def guess_map(names: Sequence[str], parents: Sequence[int] | None = None) -> JointMap:
    """Return the best map for joints of these names; ``parents`` (-1: none) make it much surer.

    Joints that nothing speaks for are left out, see :attr:`JointMap.missing`.
    """
    tree = _Tree(names, parents)
    found: dict[str, tuple[int, float]] = {}
    for side in ("left", "right"):
        for part, (joint, confidence) in _limbs_of(tree, side).items():
            found[f"{side}_{part}"] = joint, confidence
    found |= _middle(tree, {name: joint for name, (joint, _) in found.items()})
    taken: dict[int, str] = {}
    for name, (joint, _) in found.items():  # a source joint can only be one joint of ours
        if joint not in taken or name in REQUIRED:
            taken[joint] = name
    kept = {name: pair for name, pair in found.items() if taken[pair[0]] == name}
    return JointMap(
        {name: names[joint] for name, (joint, _) in kept.items()},
        {name: confidence for name, (_, confidence) in kept.items()},
    )


class _Tree:
    """Names taken apart, and who stands above whom."""

    def __init__(self, names: Sequence[str], parents: Sequence[int] | None) -> None:
        self.names = list(names)
        self.readings: list[Reading] = [read_name(name) for name in names]
        self.parents = list(parents) if parents is not None else None
        self.children: list[list[int]] = [[] for _ in self.names]
        for joint, parent in enumerate(self.parents or []):
            if parent >= 0:
                self.children[parent].append(joint)

    def path(self, joint: int) -> list[int]:
        """From the root down to the joint."""
        if self.parents is None:
            return [joint]
        out = [joint]
        while (parent := self.parents[out[-1]]) >= 0 and len(out) <= len(self.names):
            out.append(parent)
        return out[::-1]

    def is_above(self, upper: int, lower: int) -> bool:
        """True where ``upper`` is an ancestor of ``lower``, or nobody knows."""
        return self.parents is None or (upper != lower and upper in self.path(lower))

    def common(self, joints: Sequence[int]) -> int | None:
        """The deepest joint above (or among) all of them."""
        if self.parents is None or not joints:
            return None
        shared = None
        for level in zip(*(self.path(joint) for joint in joints)):
            if len(set(level)) > 1:
                break
            shared = level[0]
        return shared


def _limbs_of(tree: _Tree, side: str) -> dict[str, tuple[int, float]]:
    """Parts of one side: the reading of the ambiguous words that fits best together."""
    candidates = [
        (joint, reading.sided)
        for joint, reading in enumerate(tree.readings)
        if reading.side == side and reading.sided
    ]
    words: dict[str, tuple[str, ...]] = {}
    for joint, parts in candidates:
        if len(parts) > 1:
            words[tree.readings[joint].word] = parts
    best: dict[str, int] = {}
    best_score = -1.0
    for choice in product(*words.values()):
        meaning = dict(zip(words, choice, strict=True))
        chosen = _assigned(tree, candidates, meaning)
        score = _score(tree, chosen) - 0.01 * sum(
            meaning[word] != parts[0] for word, parts in words.items()
        )
        if score > best_score:
            best, best_score = chosen, score
    return {
        part: (joint, LIKELY if tree.readings[joint].word in words else SURE)
        for part, joint in best.items()
    }


def _assigned(
    tree: _Tree, candidates: list[tuple[int, tuple[str, ...]]], meaning: dict[str, str]
) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for joint, parts in candidates:
        part = meaning.get(tree.readings[joint].word, parts[0])
        if part not in chosen or _is_better(tree, joint, chosen[part], part):
            chosen[part] = joint
    return chosen


def _is_better(tree: _Tree, new: int, old: int, part: str) -> bool:
    """Two joints of the same part: a thigh before a mere hip, then the one nearer to the root."""
    weak = {"hip": "hip", "hand": "handindex1"}.get(part)
    new_weak, old_weak = (tree.readings[j].word == weak for j in (new, old))
    if new_weak != old_weak:
        return old_weak
    return len(tree.path(new)) < len(tree.path(old))


def _score(tree: _Tree, chosen: dict[str, int]) -> float:
    """Required parts count most; parts in the wrong order along the limb count against."""
    score = sum(2.0 if f"left_{part}" in REQUIRED else 1.0 for part in chosen)
    parts = list(chosen)
    for a in parts:
        for b in parts:
            if _ORDER[a][0] == _ORDER[b][0] and _ORDER[a][1] < _ORDER[b][1]:
                score -= 0.0 if tree.is_above(chosen[a], chosen[b]) else 3.0
    return score


def _middle(tree: _Tree, limbs: dict[str, int]) -> dict[str, tuple[int, float]]:
    found = _pelvis(tree, limbs)
    pelvis = found["pelvis"][0] if "pelvis" in found else None
    arms = _upper_arms(limbs)
    chest = tree.common(arms) if len(arms) == 2 else None
    if pelvis is None or chest is None or not (chest == pelvis or tree.is_above(pelvis, chest)):
        return found | _middle_by_names(tree, limbs)
    path = tree.path(chest)
    chain = path[path.index(pelvis) + 1 :]
    found |= _spine(tree, chain)
    return found | _neck_and_head(tree, chest, arms, set(chain))


def _pelvis(tree: _Tree, limbs: dict[str, int]) -> dict[str, tuple[int, float]]:
    hips = [limbs[name] for name in ("left_hip", "right_hip") if name in limbs]
    named = [j for j, r in enumerate(tree.readings) if r.middle == "pelvis"]
    above = [j for j in named if all(tree.is_above(j, hip) for hip in hips)]
    if above:
        return {"pelvis": (above[-1], SURE)}
    if len(hips) == 2 and (joint := tree.common(hips)) is not None and joint not in hips:
        return {"pelvis": (joint, BY_PLACE)}
    return {"pelvis": (named[0], LIKELY)} if named else {}


def _upper_arms(limbs: dict[str, int]) -> list[int]:
    out = []
    for side in ("left", "right"):
        for part in ("collar", "shoulder", "elbow"):
            if f"{side}_{part}" in limbs:
                out.append(limbs[f"{side}_{part}"])
                break
    return out


def _spine(tree: _Tree, chain: list[int]) -> dict[str, tuple[int, float]]:
    """SMPL's three out of any number: the first, the middle one and the last."""
    if not chain:
        return {}
    picks = {"spine3": chain[-1]}
    if len(chain) > 1:
        picks["spine1"] = chain[0]
    if len(chain) > 2:
        picks["spine2"] = chain[(len(chain) - 1) // 2 if len(chain) % 2 else len(chain) // 2]
    return {
        name: (joint, SURE if tree.readings[joint].middle == "spine" else BY_PLACE)
        for name, joint in picks.items()
    }


def _neck_and_head(
    tree: _Tree, chest: int, arms: list[int], spine: set[int]
) -> dict[str, tuple[int, float]]:
    named = [
        j for j, r in enumerate(tree.readings) if r.middle == "head" and tree.is_above(chest, j)
    ]
    if named:
        head = min(named, key=lambda j: len(tree.path(j)))
        path = tree.path(head)
        between = path[path.index(chest) + 1 : -1]
        out = {"head": (head, SURE)}
    else:
        between = _unsided_chain(tree, chest, arms)
        out = {"head": (between.pop(), BY_PLACE)} if len(between) > 1 else {}
    if between:
        sure = tree.readings[between[0]].middle == "neck"
        out["neck"] = (between[0], SURE if sure else BY_PLACE)
    return out


def _unsided_chain(tree: _Tree, chest: int, arms: list[int]) -> list[int]:
    """Joints in the middle that go on above the chest ("spine.004" to "spine.006")."""
    to_arms = {joint for arm in arms for joint in tree.path(arm)}
    out: list[int] = []
    joint: int | None = chest
    while joint is not None:
        following = [
            c
            for c in tree.children[joint]
            if c not in to_arms and not tree.readings[c].side and tree.readings[c].word
        ]
        joint = following[0] if following else None
        if joint is not None:
            out.append(joint)
    return out


def _middle_by_names(tree: _Tree, limbs: dict[str, int]) -> dict[str, tuple[int, float]]:
    """Without a usable hierarchy: spines in the order the file has them."""
    taken = set(limbs.values())
    by_kind: dict[str, list[int]] = {}
    for joint, reading in enumerate(tree.readings):
        if joint not in taken and reading.middle:
            by_kind.setdefault(reading.middle, []).append(joint)
    out = {
        name: (joint, LIKELY) for name, (joint, _) in _spine(tree, by_kind.get("spine", [])).items()
    }
    for name in ("neck", "head"):
        if name in by_kind:
            out[name] = by_kind[name][0], LIKELY
    return out
