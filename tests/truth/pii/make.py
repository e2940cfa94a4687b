"""Write open.jsonl and held.jsonl of the `pii` truth set from open.txt and held.txt and values.py; the same output every time."""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import values

HERE = Path(__file__).parent
POSITIVES, LOOKALIKES = 28, 16
SLOT = re.compile(r"\{\{(\w+)\}\}")
FILLER = {
    "open": [
        ("Tidy up the note below.", "Here is the tidied note."),
        ("What does this message say?", "It asks for a small favour."),
        ("Translate the line.", "I kept the meaning as it was."),
        ("Which queue does this belong to?", "It belongs to the second queue."),
        ("Is anything missing here?", "Nothing is missing as far as I can see."),
    ],
    "held": [
        ("Make a summary of the entry.", "The entry is short and clear."),
        ("Where should I file this?", "Put it in the general folder."),
        ("Rewrite it politely.", "I made the tone softer."),
        ("Read the record and comment.", "The record looks complete."),
        ("Can you check the wording?", "The wording is fine."),
    ],
}
Entity = dict[str, Any]


def lines_of() -> list[str]:
    """The hand-written material, each half in a file of its own, so that the held one need not be opened."""
    return [line for name in ("open", "held") for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()]


def read() -> dict[tuple[str, str, str], list[str]]:
    out: dict[tuple[str, str, str], list[str]] = {}
    lines: list[str] = []
    for line in lines_of():
        if line.startswith("## "):
            lines = []
            name = line[3:].split()
            out[(name[0], *name[1:]) if len(name) == 3 else ("labels", "", "")] = lines  # type: ignore[index]
        elif line:
            lines.append(line.replace("\\n", "\n").replace("\\t", "\t"))
    return out


def fill(template: str, kind: str, rng: random.Random) -> tuple[str, list[Entity]]:
    """The text of a template and the entities that stand in it, offsets in characters."""
    text, entities, last = "", [], 0
    for slot in SLOT.finditer(template):
        text += template[last : slot.start()]
        last = slot.end()
        name = slot.group(1)
        if name in ("v", "v4", "v6") or name in values.GOOD:
            what = {"v": kind, "v4": "ip", "v6": "ip"}.get(name, name)
            value = values.v4(rng) if name == "v4" else values.v6(rng) if name == "v6" else values.GOOD[what](rng)
            entity: Entity = {"kind": what, "text": value, "start": len(text), "end": len(text) + len(value)}
            if what in values.NEEDS_MODEL:
                entity["needs_model"] = True
            entities.append(entity)
        else:
            value = harmless(name, kind, rng)
        text += value
    return text + template[last:], entities


def harmless(name: str, kind: str, rng: random.Random) -> str:
    if name == "bad":
        return values.BAD[kind](rng, good=False)
    if name == "plain":
        if kind == "ssn":
            return values.ssn_dashed(rng)
        return re.sub(r"[ .\-]", "", values.GOOD[kind](rng))
    if name == "imei":
        return values.digits(rng, 13)
    if name == "date":
        return values.a_date(rng, 2029, 2033)
    if name == "h2":
        return values.pick(rng, "0123456789abcdef", 2)
    if name.startswith("hex"):
        return values.pick(rng, "0123456789abcdef", int(name[3:]))
    if name.startswith("n") and name[1:].isdigit():
        return rng.choice("123456789") + values.digits(rng, int(name[1:]) - 1)
    raise KeyError(name)


def place(text: str, entities: list[Entity], shape: int, filler: tuple[str, str], half: str) -> tuple[dict[str, Any], list[Entity]]:
    """One of nine row shapes, with the text somewhere in it; `path` says where."""
    ask, say = filler
    shapes: list[tuple[dict[str, Any], str]] = [
        ({"text": text}, "text"),
        ({"input": text, "answer": say}, "input"),
        ({"input": ask, "answer": text}, "answer"),
        (
            {
                "messages": [
                    {"role": "user", "content": ask},
                    {"role": "assistant", "content": text},
                    {"role": "user", "content": "Thanks."},
                    {"role": "assistant", "content": say},
                ]
            },
            "messages.1.content",
        ),
        ({"text": text}, "text"),
        ({"input": ask, "chosen": say, "rejected": text}, "rejected"),
        ({"text": text, "label": "mail" if half == "open" else "note"}, "text"),
        (
            {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}, {"role": "assistant", "content": say}]},
            "messages.1.content",
        ),
        ({"question": ask, "response": text} if half == "open" else {"prompt": text, "completion": say}, "response" if half == "open" else "prompt"),
    ]
    data, path = shapes[shape % len(shapes)]
    return data, [{**entity, "path": path} for entity in entities]


def rows(half: str, seed: int, taken: set[str]) -> list[dict[str, Any]]:
    rng, material, out = random.Random(seed), read(), []
    labels = {line.split(":")[0]: line.split(": ", 1)[1].split("|") for line in material["labels", "", ""]}
    for kind in values.GOOD:
        own = material[kind, half, "yes"]
        edges = (
            [edge.replace("{L}", labels[kind][n % len(labels[kind])]) for n, edge in enumerate(material["edges", half, "yes"])]
            if kind in labels
            else []
        )
        several = POSITIVES - len(edges)
        templates = [own[n % len(own)] for n in range(several)] + edges
        for template in templates:
            out.append(one(template, kind, kind, half, len(out), rng, taken))
        other = material[kind, half, "no"]
        open_ended = [template for template in other if SLOT.search(template)]
        for n in range(LOOKALIKES if kind not in values.NEEDS_MODEL else len(other)):
            template = other[n] if n < len(other) else open_ended[n % len(open_ended)]
            out.append(one(template, kind, f"{kind}-lookalike", half, len(out), rng, taken))
    for template in material["mixed", half, "yes"] * 2:
        out.append(one(template, "mixed", "mixed", half, len(out), rng, taken))
    for template in material["mixed", half, "no"] * 2:
        out.append(one(template, "mixed", "mixed-lookalike", half, len(out), rng, taken))
    rng.shuffle(out)
    return out


def one(template: str, kind: str, name: str, half: str, number: int, rng: random.Random, taken: set[str]) -> dict[str, Any]:
    for _ in range(50):
        text, entities = fill(template, kind, rng)
        if text not in taken or not SLOT.search(template):
            break
    taken.add(text)
    data, entities = place(text, entities, number, FILLER[half][number % 5], half)
    for entity in entities:
        assert text[entity["start"] : entity["end"]] == entity["text"]
    return {"data": data, "truth": {"flag": any("needs_model" not in entity for entity in entities), "entities": entities}, "kind": name}


def line(row: dict[str, Any]) -> str:
    """JSON with one escape in each made-up credential, so that secret scanners stay calm; any JSON reader restores it."""
    text = json.dumps(row, ensure_ascii=False)
    heads = ["AKIA", "ASIA", "ghp_", "gho_", "github_pat_", "xoxb-", "xoxp-", "sk-", "AIza", "eyJ", "-----BEGIN", "sk_live_", "glpat-"]
    for head in heads:
        text = text.replace(head, f"\\u{ord(head[0]):04x}{head[1:]}")
    assert json.loads(text) == row
    return text


def main() -> None:
    taken: set[str] = set()
    for half, seed in (("open", 101), ("held", 202)):
        made = rows(half, seed, taken)
        (HERE / f"{half}.jsonl").write_text("\n".join(line(row) for row in made) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
