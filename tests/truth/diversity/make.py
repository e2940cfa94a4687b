"""Write the six sets of each half of the `diversity` truth set (open/, held/) and their order (open.jsonl, held.jsonl)."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROWS = 200
ORDER = ["equal", "templates-3", "templates-20", "topic", "many"]
SLOT = re.compile(r"\{(\w)\}")


def lines_of() -> list[str]:
    """The hand-written material, each half in a file of its own, so that the held one need not be opened."""
    return [line for name in ("open", "held") for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()]


def read() -> dict[str, dict[str, list[str]]]:
    out: dict[str, dict[str, list[str]]] = {}
    half, name = "", ""
    for line in lines_of():
        if line.startswith("## "):
            name = line[3:]
            out[half][name] = []
        elif line.startswith("# "):
            half = line[2:]
            out[half] = {}
        elif line:
            out[half][name].append(line)
    return out


def filled(templates: list[str], slots: dict[str, list[str]], rng: random.Random) -> list[str]:
    """Each template equally often, slots at random."""
    return [SLOT.sub(lambda slot: rng.choice(slots[slot.group(1)]), templates[n % len(templates)]) for n in range(ROWS)]


def near(text: str, rng: random.Random) -> str:
    """A near copy: one or two words doubled, left out or swapped with the next."""
    words = text.split()
    for _ in range(rng.choice([0, 1, 1])):
        place = rng.randrange(len(words) - 1)
        way = rng.randrange(3)
        if way == 0 and len(words) > 4:
            del words[place]
        elif way == 1:
            words[place], words[place + 1] = words[place + 1], words[place]
        else:
            words.insert(place, rng.choice(["really", "indeed", "just", "also"]))
    return " ".join(words)


def shaped(text: str, number: int) -> dict[str, Any]:
    """The shape of a set: the same for all six sets of one shape, so that only the texts differ."""
    if number == 1:
        return {"input": "Write a sentence.", "answer": text}
    if number == 2:
        return {"messages": [{"role": "user", "content": "Write a sentence."}, {"role": "assistant", "content": text}]}
    return {"text": text}


def main() -> None:
    for half, material in read().items():
        rng = random.Random(f"diversity-{half}")
        slots = {line[0]: line[3:].split("|") for line in material["slots"]}
        templates, many = material["templates"], material["many"]
        copied = [text for text in many[:50] for _ in range(4)]
        sets = {
            "equal": [material["topic"][0]] * ROWS,
            "templates-3": filled(templates[:3], slots, rng),
            "templates-20": filled(templates, slots, rng),
            "topic": list(material["topic"]),
            "many": list(many),
            "many-copied": [text if n % 4 == 0 else near(text, rng) for n, text in enumerate(copied)],
        }
        lines = []
        for number, shape in enumerate(["text", "answer", "chat"]):
            folder = HERE / half / shape
            folder.mkdir(parents=True, exist_ok=True)
            for name, texts in sets.items():
                assert len(texts) == ROWS
                rng.shuffle(texts)
                rows = "\n".join(json.dumps(shaped(text, number), ensure_ascii=False) for text in texts)
                (folder / f"{name}.jsonl").write_text(rows + "\n", encoding="utf-8")
                rank = ORDER.index(name) if name in ORDER else None
                less = ORDER[ORDER.index(name) + 1 :] if name in ORDER else ["many"]
                if name in ("equal", "templates-3"):
                    less = [*less, "many-copied"]
                data = {"file": f"{half}/{shape}/{name}.jsonl", "rows": ROWS}
                truth = {"rank": rank, "less_than": [f"{half}/{shape}/{other}.jsonl" for other in less]}
                lines.append(json.dumps({"data": data, "truth": truth, "kind": name}, ensure_ascii=False))
        (HERE / f"{half}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
