"""Writes open.jsonl and held.jsonl; the truth is computed from the definition, over all pairs."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Row = dict[str, Any]
Shingles = frozenset[tuple[str, ...]]


def content(data: Row) -> str:
    """The text of a row: its text columns, or the contents of its turns, joined by line breaks. A label is no text."""
    if "messages" in data:
        return "\n".join(turn["content"] for turn in data["messages"])
    return "\n".join(value for key, value in data.items() if key != "label")


def shingles(text: str) -> Shingles:
    words = re.findall(r"[^\W_]+", text.casefold())
    return frozenset(pairwise(words)) if len(words) != 1 else frozenset([(words[0],)])


def near(one: Shingles, other: Shingles) -> bool:
    common = len(one & other)
    return 10 * common >= 7 * (len(one) + len(other) - common) > 0


def jaccard(one: Shingles, other: Shingles) -> float:
    return len(one & other) / max(1, len(one | other))


class Half:
    SHAPES = ("text", "input+answer", "messages", "preference", "text+label", "question+response", "text", "long chat")

    def __init__(self, name: str) -> None:
        self.name = name
        self.draw = random.Random(f"near {name}")
        self.sentences: list[str] = []
        self.templates: list[str] = []
        self.words: list[str] = []
        lists = {"s": self.sentences, "t": self.templates, "w": self.words}
        for line in (HERE / f"texts-{name}.txt").read_text("utf-8").splitlines():
            if line[:2] in ("s ", "t ", "w "):
                lists[line[0]].append(line[2:])
        self.rows: list[tuple[Row, str]] = []

    def fill(self, text: str) -> str:
        return re.sub(r"\(([^()]*\|[^()]*)\)", lambda found: self.draw.choice(found[1].split("|")), text)

    def composed(self, count: int) -> list[str]:
        return [self.fill(sentence) for sentence in self.draw.sample(self.sentences, count)]

    def shape(self, parts: list[str], shape: str) -> Row:
        """The parts in a row shape; they come one after another, so that the words are the same in every shape."""
        cut = max(1, len(parts) // 3)
        first, second = " ".join(parts[:cut]), " ".join(parts[cut:])
        if not second or shape == "text":
            return {"text": " ".join(parts)}
        if shape == "text+label":
            return {"text": " ".join(parts), "label": self.draw.choice(("news", "talk", "manual"))}
        if shape in ("input+answer", "question+response"):
            one, two = shape.split("+")
            return {one: first, two: second}
        if shape == "messages":
            return {"messages": [{"role": "user", "content": first}, {"role": "assistant", "content": second}]}
        if shape == "preference" and len(parts) > 2:
            return {"input": first, "chosen": " ".join(parts[cut:-1]), "rejected": parts[-1]}
        turns = parts if len(parts) % 2 == 0 else [*parts[:-2], " ".join(parts[-2:])]
        roles = ("user", "assistant")
        return {"messages": [{"role": roles[place % 2], "content": part} for place, part in enumerate(turns)]}

    def edit(self, text: str, edits: int) -> str:
        words = text.split(" ")
        for _ in range(edits):
            place = self.draw.randrange(len(words))
            how = self.draw.randrange(4)
            if how == 0 and len(words) > 4:
                del words[place]
            elif how == 1:
                words.insert(place, self.draw.choice(self.words))
            elif how == 2 and place + 1 < len(words):
                words[place], words[place + 1] = words[place + 1], words[place]
            else:
                words[place] = self.draw.choice(self.words)
        return " ".join(words)

    def edited(self, parts: list[str], edits: int) -> list[str]:
        return [part for part in self.edit("\x00 ".join(parts), edits).replace("\x00", "\x00 ").split("\x00 ") if part.strip()] if edits else parts

    def add(self, parts: list[str], kind: str, shape: str | None = None) -> None:
        clean = [re.sub(r"[\s\x00]+", " ", part).strip() for part in parts]
        self.rows.append((self.shape([part for part in clean if part], shape or self.draw.choice(self.SHAPES)), kind))

    def build(self) -> None:
        for template in self.templates:
            for _ in range(30 if len(template) > 130 else 16):
                parts = self.fill(template).split(" >> ")
                self.add(parts, "template" if len(template) > 130 else "short", "input+answer" if len(parts) > 1 else None)
        for number in range(75):
            base = self.composed(self.draw.randint(2, 5))
            self.add(base, "base")
            total = len(" ".join(base).split())
            for share in self.draw.sample((0.02, 0.05, 0.08, 0.11, 0.14, 0.2), 3):
                self.add(self.edited(base, max(1, round(share * total))), "edited", self.SHAPES[number % 8])
        for number in range(80):
            base = self.composed(self.draw.randint(2, 6))
            self.add(base, "base")
            known = shingles(" ".join(base))
            low, high = ((0.62, 0.699), (0.7, 0.77))[number % 2]
            text, tries = " ".join(base), 0
            while not low <= jaccard(known, shingles(text)) <= high and tries < 400:
                text = self.edit(text, 1) if jaccard(known, shingles(text)) > high else " ".join(base)
                tries += 1
            self.add([text], "border", "text")
        for _ in range(25):
            base = self.composed(self.draw.randint(14, 20))
            self.add(base, "long")
            for edits in (4, 30, 60):
                self.add(self.edited(base, edits), "long")
            self.add([*base[5:], *self.composed(3)], "long")
        for _ in range(25):
            base = self.composed(4)
            self.add(base, "base", "text")
            self.add(base, "reshaped", self.draw.choice(("messages", "input+answer", "preference", "long chat")))
            loud = " ".join(base).upper() if self.draw.random() < 0.5 else " ".join(base).replace(",", " --").replace(".", " !!")
            self.add([loud], "loud", "text")
            mixed = " ".join(base).split()
            self.draw.shuffle(mixed)
            self.add([" ".join(mixed)], "shuffled", "text")
            turned = base[::-1]
            self.add(turned, "turned", "text")
            self.add([*base[:2], *self.composed(2)], "half-shared")
        for _ in range(380):
            self.add(self.composed(self.draw.randint(1, 4)), "distinct")

    def pairs(self, every: list[Shingles]) -> dict[int, list[int]]:
        holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
        partners: dict[int, list[int]] = defaultdict(list)
        for place, mine in enumerate(every):
            common: Counter[int] = Counter(there for one in mine for there in holders[one])
            for there, count in common.items():
                if 10 * count >= 7 * (len(mine) + len(every[there]) - count):
                    partners[place].append(there)
                    partners[there].append(place)
            for one in mine:
                holders[one].append(place)
        return partners

    def write(self) -> str:
        self.build()
        self.draw.shuffle(self.rows)
        partners = self.pairs([shingles(content(data)) for data, _ in self.rows])
        with_labels = [shingles("\n".join([content(data), data.get("label", "")])) for data, _ in self.rows]
        assert partners, "no pairs"
        lines = []
        swayed = {place for place, found in self.pairs(with_labels).items() if sorted(found) != sorted(partners[place])}
        swayed |= {place for place, (data, _) in enumerate(self.rows) if "label" in data and place in partners}
        for place in swayed:
            self.rows[place][0].pop("label", None)
        for place, (data, kind) in enumerate(self.rows):
            found = sorted(there + 1 for there in partners[place])
            truth = {"flag": any(there <= place for there in found), "partners": found}
            lines.append(json.dumps({"data": data, "truth": truth, "kind": kind}, ensure_ascii=False) + "\n")
        text = "".join(lines)
        (HERE / f"{self.name}.jsonl").write_text(text, "utf-8")
        return f"{hashlib.sha256(text.encode()).hexdigest()}  {self.name}.jsonl\n"


def main() -> None:
    (HERE / "SHA256SUMS").write_text("".join(Half(name).write() for name in ("open", "held")), "utf-8")


if __name__ == "__main__":
    main()
