"""Finding the action somebody means: "kick" is kicking, "wave" is hand waving."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence

from core.errors import StudioError


def _stem(word: str) -> str:
    """Cut the endings that tell "kick", "kicks" and "kicking", or "wave" and "waving", apart."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in re.findall(r"\w+", text.casefold().replace("_", " "))]


_TESTS: tuple[Callable[[str, str], bool], ...] = (  # from strict to loose
    lambda text, label: text.casefold().strip() == label.casefold(),
    lambda text, label: _stems(text) == _stems(label),
    lambda text, label: _stems(label)[: len(_stems(text))] == _stems(text),
    lambda text, label: set(_stems(text)) <= set(_stems(label)),
    lambda text, label: text.casefold().strip() in label.casefold(),
)


def match_label(text: str, labels: Sequence[str]) -> str:
    """Return the label meant by ``text``. Raises StudioError naming the nearest and all labels."""
    everything = "The actions are: " + ", ".join(labels) + "."
    if not _stems(text):
        raise StudioError("No action was named.", everything)
    for test in _TESTS:
        found = [label for label in labels if test(text, label)]
        if len(found) == 1:
            return found[0]
        if found:
            raise StudioError(
                f'"{text}" could be {" or ".join(found)}.', "Write the one you mean in full."
            )
    words = {word: label for label in labels for word in (label, *label.split())}
    near = dict.fromkeys(
        words[word] for word in difflib.get_close_matches(text.casefold(), words, n=3)
    )
    guess = f" Did you mean {' or '.join(near)}?" if near else ""
    raise StudioError(f'This model knows no action "{text}".{guess}', everything)
