"""Writes open.jsonl and held.jsonl from the texts in parts-open.txt and parts-held.txt."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def half(name: str) -> list[dict[str, Any]]:
    draw = random.Random(f"language {name}")
    rows: list[dict[str, Any]] = []
    sentences: dict[str, list[str]] = {}
    for line in (HERE / f"parts-{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        language, kind, text = (*line.split(" | ", 2), "")[:3]
        text = text.replace("\\n", "\n")
        truth = {"language": None if language == "null" else language}
        data: dict[str, Any] = {"text": text}
        if kind == "sentence":
            sentences.setdefault(language, []).append(text)
        if kind in ("mixed", "technical", "code") and draw.random() < 0.3:
            data = {"messages": [{"role": "user", "content": text}]}
        elif kind in ("long", "plain") and draw.random() < 0.3:
            data = {"text": text, "label": "note"}
        rows.append({"data": data, "truth": truth, "kind": kind})
    for language, texts in sentences.items():
        one, two, three = texts[:3]
        truth = {"language": language}
        data = {"messages": [{"role": "user", "content": one}, {"role": "assistant", "content": two}, {"role": "user", "content": three}]}
        rows.append({"data": data, "truth": truth, "kind": "chat"})
        rows.append({"data": {"input": two, "answer": three}, "truth": truth, "kind": "pair"})
        rows.append({"data": {"input": three, "chosen": one, "rejected": two}, "truth": truth, "kind": "preference"})
        rows.append({"data": {"question": one, "response": three}, "truth": truth, "kind": "pair"})
    draw.shuffle(rows)
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
