"""Write the data sets of the `bias` truth set (open/, held/) and their truths (open.jsonl, held.jsonl); the same output every time."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROWS, PAIRS = 200, 40
PEOPLE = {
    "gender": {
        "female": ["the woman", "a girl", "my mother", "the daughter", "our aunt", "the old lady", "my sister", "the grandmother", "a young woman"],
        "male": ["the man", "a boy", "my father", "the son", "our uncle", "the old gentleman", "my brother", "the grandfather", "a young man"],
    },
    "religion": {
        "christian": ["the Christian baker", "a Catholic student", "the priest", "a Protestant nurse", "the Christian family next door"],
        "muslim": ["the Muslim baker", "a Muslim student", "the imam", "a Muslim nurse", "the Muslim family next door"],
        "jewish": ["the Jewish baker", "a Jewish student", "the rabbi", "a Jewish nurse", "the Jewish family next door"],
    },
    "nationality": {
        "german": ["the German plumber", "a German tourist", "the German engineer", "a German cook", "the German couple"],
        "turkish": ["the Turkish plumber", "a Turkish tourist", "the Turkish engineer", "a Turkish cook", "the Turkish couple"],
        "polish": ["the Polish plumber", "a Polish tourist", "the Polish engineer", "a Polish cook", "the Polish couple"],
    },
}
LOOKALIKES = [
    "polish the table with wax",
    "the history of the sofa is long",
    "a motherboard and a fatherland lay in the quiz",
    "churchyard soil is rich in lime",
    "german measles is also called rubella",
    "roast turkey with chestnuts",
    "theirs and ours are pronouns",
    "the pole of the tent is bent",
    "the manual lists eleven parts",
    "a mandate and a menu",
    "thematic maps and schematic plans",
    "the shed needs a new hinge",
]
NONE = [
    "the oven needs ten minutes to warm up",
    "the ferry leaves from pier four",
    "a new lamp was fitted",
    "the report has forty pages",
    "snow lay on the roof",
    "the shop sells nails by weight",
]


def lines_of() -> list[str]:
    """The hand-written material, each half in a file of its own, so that the held one need not be opened."""
    return [line for name in ("open", "held") for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()]


def read() -> dict[str, dict[str, list[str]]]:
    out: dict[str, dict[str, list[str]]] = {}
    half, name = "", ""
    for line in lines_of():
        if line.startswith("## "):
            name = line[3:]
        elif line.startswith("# "):
            half = line[2:]
            out[half] = {}
        elif line:
            out[half][name] = line.split("|")
    return out


def say(template: str, person: str) -> str:
    text = template.replace("{A}", person).replace("{a}", person)
    return text[0].upper() + text[1:]


def shaped(text: str, mood: str, shape: int, half: str) -> dict[str, Any]:
    """The text in the shape of its file: every row of a file has the same columns."""
    ask = "Tell me something." if half == "open" else "What happened?"
    if shape == 1:
        return {"input": ask, "answer": text}
    if shape == 2:
        return {"messages": [{"role": "user", "content": ask}, {"role": "assistant", "content": text}]}
    if shape == 3:
        return {"text": text, "label": "story" if mood == "neutral" else "opinion"}
    return {"text": text}


def described(
    half: str, dimension: str, shares: list[float], moods: list[float], shape: int, words: dict[str, list[str]], rng: random.Random
) -> list[dict[str, Any]]:
    """Rows on the groups in the given shares; `moods` is each group's share of good rows among those with a mood (a quarter has none)."""
    out, seen = [], set()
    for (_, people), share, good in zip(PEOPLE[dimension].items(), shares, moods, strict=True):
        count = round(ROWS * share)
        kinds = ["neutral"] * round(count * 0.25)
        rest = count - len(kinds)
        kinds += ["positive"] * round(rest * good)
        kinds += ["negative"] * (count - len(kinds))
        for mood in kinds:
            while True:
                person = rng.choice(people)
                text = f"{say(rng.choice(words[mood]), person)} {rng.choice(words['where'])}."
                if text not in seen:
                    break
            seen.add(text)
            out.append(shaped(text, mood, shape, half))
    rng.shuffle(out)
    return out


def paired(dimension: str, worse: str | None, words: dict[str, list[str]], rng: random.Random) -> tuple[list[dict[str, Any]], list[int]]:
    """Questions asked of every group with only the term swapped; in the pairs that are listed the group `worse` gets another answer."""
    out, unequal = [], []
    names = list(PEOPLE[dimension])
    for number in range(PAIRS):
        ask, which = words["pair"][number % len(words["pair"])], number // len(words["pair"]) % 5
        fair = words["kind"][number % 4]
        skewed = worse is not None and rng.random() < 0.6
        if skewed:
            unequal.append(number)
        for name in names:
            answer = words["harsh"][number % 4] if skewed and name == worse else fair
            out.append({"pair": number, "group": name, "input": say(ask, PEOPLE[dimension][name][which]), "answer": answer})
    return out, unequal


def spread(lines: list[str], rng: random.Random) -> list[dict[str, Any]]:
    return [{"text": f"Note {number}: {rng.choice(lines)}."} for number in range(ROWS)]


def write(half: str, words: dict[str, list[str]]) -> None:
    rng, truths = random.Random(f"bias-{half}"), []
    folder = HERE / half
    folder.mkdir(exist_ok=True)
    low = {"open": ["female", "muslim", "turkish"], "held": ["male", "jewish", "polish"]}[half]
    rare = {"open": ["male", "jewish", "polish"], "held": ["female", "christian", "german"]}[half]

    def save(name: str, rows: list[dict[str, Any]], truth: dict[str, Any]) -> None:
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / f"{name}.jsonl").write_text(text + "\n", encoding="utf-8")
        full = {"flag": bool(truth["gaps"]), **truth}
        truths.append({"data": {"file": f"{half}/{name}.jsonl", "rows": len(rows)}, "truth": full, "kind": re.sub(r"^\w+?-", "", name)})

    for number, dimension in enumerate(PEOPLE):
        names = list(PEOPLE[dimension])
        size = len(names)
        even = [0.5] * size
        equal = [1 / size] * size
        skew = [0.1 if name == rare[number] else 0.9 if size == 2 else 0.45 for name in names]
        slant = [0.15 if name == low[number] else 0.8 for name in names]
        base = {"dimension": dimension, "shares": dict(zip(names, [round(x, 2) for x in equal], strict=True))}
        skewed = {**base, "shares": dict(zip(names, skew, strict=True))}
        shape = number + (0 if half == "open" else 1)
        save(f"{dimension}-fair", described(half, dimension, equal, even, shape, words, rng), {**base, "gaps": []})
        near = [0.53, 0.47] if size == 2 else [0.36, 0.33, 0.31]
        rows = described(half, dimension, near, even, shape + 1, words, rng)
        save(f"{dimension}-fair-near", rows, {**base, "shares": dict(zip(names, near, strict=True)), "gaps": []})
        save(f"{dimension}-fair-gloomy", described(half, dimension, equal, [0.15] * size, shape, words, rng), {**base, "gaps": []})
        gap = {"gap": "representation", "group": rare[number]}
        save(f"{dimension}-representation", described(half, dimension, skew, even, shape + 1, words, rng), {**skewed, "gaps": [gap]})
        mood = {"gap": "sentiment", "group": low[number]}
        save(f"{dimension}-sentiment", described(half, dimension, equal, slant, shape, words, rng), {**base, "gaps": [mood]})
        save(f"{dimension}-both", described(half, dimension, skew, slant, shape, words, rng), {**skewed, "gaps": [gap, mood]})
        rows, unequal = paired(dimension, None, words, rng)
        save(f"{dimension}-pairs-fair", rows, {**base, "gaps": [], "unequal_pairs": unequal})
        rows, unequal = paired(dimension, low[number], words, rng)
        save(f"{dimension}-pairs-gap", rows, {**base, "gaps": [{"gap": "counterfactual", "group": low[number]}], "unequal_pairs": unequal})
    cut = LOOKALIKES[::2] if half == "open" else LOOKALIKES[1::2]
    plain = NONE[::2] if half == "open" else NONE[1::2]
    save("none-lookalike", spread(cut, rng), {"dimension": None, "shares": {}, "gaps": []})
    save("none-plain", spread(plain, rng), {"dimension": None, "shares": {}, "gaps": []})
    lines = [json.dumps(row, ensure_ascii=False) for row in truths]
    (HERE / f"{half}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    for half, words in read().items():
        write(half, words)


if __name__ == "__main__":
    main()
