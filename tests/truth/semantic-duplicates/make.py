"""Writes open.jsonl and held.jsonl from the hand-written pairs in parts-open.txt and parts-held.txt."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BARE = ("text", "text", "text+label", "turn")
ANSWERED = ("input+answer", "chat", "question+response", "input+answer", "prompt+completion")


def row(text: str, shape: str, language: str) -> dict[str, Any]:
    if " >> " not in text:
        if shape == "text+label":
            return {"text": text, "label": language}
        if shape == "turn":
            return {"messages": [{"role": "user", "content": text}]}
        return {"text": text}
    question, answer = text.split(" >> ")
    if " <> " in answer:
        chosen, rejected = answer.split(" <> ")
        return {"input": question, "chosen": chosen, "rejected": rejected}
    if shape == "chat":
        return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}
    first, second = shape.split("+")
    return {first: question, second: answer}


def half(name: str) -> list[dict[str, Any]]:
    draw = random.Random(f"semantic {name}")
    entries: list[tuple[dict[str, Any], str, int, bool]] = []
    parts = [line for line in (HERE / f"parts-{name}.txt").read_text("utf-8").splitlines() if line[:1] in "=!" and line]
    for number, line in enumerate(parts):
        kind, language, one, other = line[1:].strip().split(" | ")
        shapes = ANSWERED if " >> " in one else BARE
        shape = draw.choice(shapes)
        second = draw.choice(shapes) if draw.random() < 0.15 else shape
        same = line[0] == "="
        kind = f"paraphrase-{kind}" if same else f"lookalike-{kind}"
        entries += [(row(one, shape, language), kind, number, same), (row(other, second, language), kind, number, same)]
    draw.shuffle(entries)
    places: dict[int, list[int]] = {}
    for place, entry in enumerate(entries, 1):
        places.setdefault(entry[2], []).append(place)
    rows = []
    for place, (data, kind, number, same) in enumerate(entries, 1):
        other_place = next(there for there in places[number] if there != place)
        truth = {
            "flag": same and other_place < place,
            "cluster": f"p{number:03d}" if same else None,
            "partner": other_place if same else None,
            "lookalike": None if same else other_place,
        }
        rows.append({"data": data, "truth": truth, "kind": kind})
    return rows


def main() -> None:
    sums = []
    for name in ("open", "held"):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in half(name))
        (HERE / f"{name}.jsonl").write_text(text, "utf-8")
        sums.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}.jsonl\n")
    (HERE / "SHA256SUMS").write_text("".join(sums), "utf-8")


if __name__ == "__main__":
    main()
