"""A planted weak prompt, rows with labels, and a scripted model whose answers depend on what the prompt says."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any

from rowsmith.testing import Request

LABELS = ("billing", "delivery", "returns")
WEAK = "What is this about?\n\n{{ text }}"
STRONG = f"Answer with one of {', '.join(LABELS)}, and nothing else.\n\n{{{{ text }}}}"
PROPOSING = "The prompt that is to become better"


def luck(*parts: object) -> float:
    """A number in [0, 1) that depends on the parts alone."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "big") / 2**64


def labelled(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Rows with a text of their own and a label."""
    letters = ["".join(chr(97 + int(26 * luck(n, seed, k))) for k in range(40)) for n in range(count)]
    return [{"text": f"message {n:04}-{seed} {letters[n]}", "label": LABELS[n % 3]} for n in range(count)]


def label_of(text: str) -> str | None:
    """The label of the row that a request asks about: the last that stands in it."""
    found = re.findall(r"message (\d{4})-", text)
    return LABELS[int(found[-1]) % 3] if found else None


class Model:
    """Answers rows rightly with a chance of `weak`, and of `strong` where the prompt names all labels; as a proposer it writes `proposals`."""

    def __init__(self, weak: float = 0.3, strong: float = 0.9, proposals: tuple[str, ...] = (STRONG,)) -> None:
        self.weak, self.strong, self.proposals = weak, strong, proposals
        self.proposed = 0

    def __call__(self, request: Request) -> Any:
        if PROPOSING in request.text:
            self.proposed += 1
            text = self.proposals[int(len(self.proposals) * luck(request.text))]
            return {"why": "The labels were not named.", "system": "", "text": text}
        said = "\n".join(str(message["content"]) for message in request.data["messages"])
        chance = self.strong if all(label in said for label in LABELS) else self.weak
        right = label_of(request.text)
        return right if luck(said) < chance else "It is hard to say."
