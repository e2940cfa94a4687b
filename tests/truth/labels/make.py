"""Write open.jsonl and held.jsonl of the `labels` truth set from open.txt and held.txt; the same output every time."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SIZE, FLIPPED = 1200, 0.08
NEAR = {"billing": "account", "account": "technical", "technical": "account", "shipping": "billing", "praise": "technical",
        "sport": "culture", "culture": "science", "science": "economy", "economy": "science", "weather": "sport"}  # fmt: skip
OPENERS = {
    "open": [
        "Hello,",
        "Hi there,",
        "Good morning,",
        "Dear team,",
        "Sorry to bother you, but",
        "Hey,",
        "So,",
        "Since last week",
        "As I wrote before,",
        "",
        "",
        "",
    ],
    "held": [
        "This week",
        "As reported,",
        "According to the paper,",
        "On Monday",
        "Once again",
        "In the north,",
        "Yesterday",
        "It is official:",
        "After a long wait",
        "",
        "",
        "",
    ],
}
SHARED = {
    "open": [
        "I have been with you for three years.",
        "Please answer soon.",
        "I wrote about this on Monday.",
        "My order number is in the subject line.",
        "It is for my mother.",
        "This is the second time.",
        "I am not in a hurry.",
        "A friend told me to write to you.",
        "I looked in the help pages first.",
        "Best wishes.",
    ],
    "held": [
        "More on this at six.",
        "Our reporter was there.",
        "Nobody was hurt.",
        "The mayor was pleased.",
        "It was the talk of the town.",
        "Details will follow.",
        "This had not been seen for years.",
        "Young and old took part.",
        "The neighbours could hardly believe it.",
        "A comment is due tomorrow.",
    ],
}


def lines_of() -> list[str]:
    """The hand-written material, each half in a file of its own, so that the held one need not be opened."""
    return [line for name in ("open", "held") for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()]


def read() -> dict[str, dict[str, tuple[list[str], list[str]]]]:
    out: dict[str, dict[str, tuple[list[str], list[str]]]] = {}
    half, label = "", ""
    parts: list[list[str]] = []
    for line in lines_of():
        if line.startswith("## "):
            label, parts = line[3:], []
        elif line.startswith("# "):
            half = line[2:]
            out[half] = {}
        elif line:
            parts.append(line.split("|"))
            if len(parts) == 2:
                out[half][label] = (parts[0], parts[1])
    return out


def sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith(("?", "!", ".")) else ".")


def loosen(text: str, rng: random.Random) -> str:
    """Leave out a word now and then: people do not write in full fragments, and no two rows should share a whole clause too often."""
    words = text.split()
    for _ in range(rng.randint(0, 1)):
        if len(words) > 5:
            del words[rng.randrange(len(words))]
    return " ".join(words)


def text_of(label: str, half: str, classes: dict[str, tuple[list[str], list[str]]], rng: random.Random) -> str:
    """Two to four sentences of the class, with shared filler, and in one of six a sentence of a second class."""
    topics, tails = classes[label]
    draw = rng.random()
    parts = [sentence(f"{rng.choice(OPENERS[half])} {loosen(rng.choice(topics), rng)}".strip())] if draw < 0.8 else []
    if draw >= 0.65:
        parts.append(sentence(loosen(rng.choice(tails), rng)))
    parts += rng.sample(SHARED[half], rng.choice([0, 1, 1, 2]))
    if rng.random() < 0.19:
        other = NEAR[label] if rng.random() < 0.7 else rng.choice([name for name in classes if name != label])
        parts.append(sentence(loosen(rng.choice(classes[other][rng.randrange(2)]), rng)))
    rng.shuffle(parts)
    return " ".join(parts)


def rows(half: str, classes: dict[str, tuple[list[str], list[str]]], rng: random.Random) -> list[dict[str, Any]]:
    names, seen, made = list(classes), set(), []
    shares = [0.28, 0.22, 0.2, 0.18, 0.12]
    counts = [round(SIZE * share) for share in shares]
    for label, count in zip(names, counts, strict=True):
        while count:
            text = text_of(label, half, classes, rng)
            if text not in seen:
                seen.add(text)
                made.append({"data": {"text": text, "label": label}, "truth": {"flag": False, "right": label}, "kind": "clean"})
                count -= 1
    rng.shuffle(made)
    for number, row in enumerate(rng.sample(made, round(SIZE * FLIPPED))):
        right = row["truth"]["right"]
        near = number % 2 == 0
        row["data"]["label"] = NEAR[right] if near else rng.choice([name for name in names if name not in (right, NEAR[right])])
        row["truth"]["flag"], row["kind"] = True, "flipped-confusable" if near else "flipped-random"
    return made


def main() -> None:
    for half, classes in read().items():
        lines = [json.dumps(row, ensure_ascii=False) for row in rows(half, classes, random.Random(f"labels-{half}"))]
        (HERE / f"{half}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
