"""MakeHuman's macro sliders -> morph weights, and the random adults the shape space comes from.

A morph's weight is the product of the weights of the words in its name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from body_recipe.source import Source

RACES = ("caucasian", "african", "asian")


@dataclass(frozen=True)
class Phenotype:
    """One adult: every slider in 0..1, races summing to 1."""

    races: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3)
    gender: float = 0.5
    age: float = 0.5
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    proportions: float = 0.5


def _ends(x: float, low: str, high: str) -> dict[str, float]:
    return {low: max(0.0, 1 - 2 * x), high: max(0.0, 2 * x - 1)}


def _three(x: float, name: str) -> dict[str, float]:
    return {**_ends(x, "min" + name, "max" + name), "average" + name: 1 - abs(2 * x - 1)}


def morph_weights(p: Phenotype) -> dict[str, float]:
    """Name of the macro target -> its weight, for one phenotype; tiny ones left out."""
    old = 2 * max(0.0, p.age - 0.5)
    out: dict[str, float] = {}
    for gender, g in (("male", p.gender), ("female", 1 - p.gender)):
        for age, a in (("old", old), ("young", 1 - old)):
            for race, r in zip(RACES, p.races, strict=True):
                out[f"{race}-{gender}-{age}"] = g * a * r
            for muscle, m in _three(p.muscle, "muscle").items():
                for weight, w in _three(p.weight, "weight").items():
                    build, value = f"{gender}-{age}-{muscle}-{weight}", g * a * m * w
                    out[f"universal-{build}"] = value
                    for height, h in _ends(p.height, "minheight", "maxheight").items():
                        out[f"height/{build}-{height}"] = value * h
                    ends = _ends(p.proportions, "uncommonproportions", "idealproportions")
                    for proportions, q in ends.items():
                        out[f"proportions/{build}-{proportions}"] = value * q
    return {name: weight for name, weight in out.items() if weight > 1e-6}


def morphed(source: Source, phenotypes: list[Phenotype]) -> np.ndarray:
    """(S, N, 3) vertices of each phenotype in MakeHuman's own rest pose."""
    names = sorted(source.targets)
    rows = np.zeros((len(phenotypes), len(names)))
    for row, phenotype in zip(rows, phenotypes, strict=True):
        weights = morph_weights(phenotype)
        row[:] = [weights.get(name, 0.0) for name in names]
    basis = sparse.vstack([source.targets[name] for name in names]).tocsr()
    offsets = (basis.T @ rows.T).T
    return source.vertices + offsets.reshape(len(phenotypes), -1, 3)


def random_adults(count: int, rng: np.random.Generator) -> list[Phenotype]:
    """Draw adults whose heights spread as real ones do (MakeHuman's own range is far wider)."""

    def bell(spread: float) -> float:
        return float(np.clip(rng.normal(0.5, spread), 0, 1))

    people = []
    for _ in range(count):
        races = tuple(float(v) for v in rng.dirichlet((1.5, 1.5, 1.5)))
        gender = float(rng.uniform())
        grown = rng.uniform() < 0.6
        age = min(1.0, 0.5 + 0.5 * abs(rng.normal(0, 0.35))) if grown else 0.5
        muscle, weight = bell(0.22), bell(0.22)
        height = bell(0.09)
        people.append(Phenotype(races, gender, age, muscle, weight, height, bell(0.22)))
    return people
