"""seed-expansion: twenty seeds of three topics in skewed shares; a writer who asks about what the examples ask about, in words of its own."""

import json
import re
from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

WORDS = {
    "bread": "dough flour yeast oven crust loaf knead proof",
    "bicycle": "wheel chain brake saddle pedal spoke gear tyre",
    "orchid": "petal bloom root bark moisture repot stem window",
}
SHARES = {"bread": 12, "bicycle": 6, "orchid": 2}


def sentence(topic: str, seed: str, count: int) -> str:
    """So many words of a topic."""
    voice, own = Voice(f"{topic} {seed}"), WORDS[topic].split()
    return f"{topic} " + " ".join(own[voice.number() % len(own)] for _ in range(count - 1))


def row(topic: str, seed: str) -> dict[str, str]:
    """A question of 8 words and an answer of 12: easy and concise."""
    return {"input": f"{sentence(topic, seed, 8)}?", "answer": f"{sentence(topic, f'{seed} a', 12)}."}


SEEDS = [row(topic, str(number)) for topic, count in SHARES.items() for number in range(count)]
FILES = {"seeds.jsonl": "".join(json.dumps(seed) + "\n" for seed in SEEDS)}


def asked(request: Request) -> str:
    """What the examples of a request are about."""
    return (re.findall(r"Question: (\w+)", request.text) or ["bread"])[0]


def reply(request: Request) -> Any:
    """Questions about that, with words that no seed has between."""
    if request.schema and "input" in request.schema["properties"]:
        topic = asked(request)
        voice, own = Voice(request.chance), row(topic, str(request.chance))
        first = " ".join(own["input"].split()[:5])
        return {"input": f"{first} {voice.words(3)}?", "answer": own["answer"]}
    return None


CASE = Case(sets={"input": "seeds.jsonl", "embedder": "builtin/hashing", "count": "20"}, files=FILES, reply=reply, target=20)
