"""evolution: what is bred holds the first two words of one parent's question and the first of the other's answer."""

import re
from typing import Any

from case import Case, Voice
from scripted.preference import scores

from rowsmith.testing import Request

SEEDS = "".join(f'{{"input": "{Voice(f"q{n}").question()}", "answer": "{Voice(f"a{n}").sentence()} Worth {n % 10 + 1}."}}\n' for n in range(12))


def parents(text: str) -> list[tuple[str, str]]:
    """The questions and answers that a request to breed shows."""
    return re.findall(r"^Question(?: \d)?: (.*)\nAnswer(?: \d)?: (.*)$", text, re.MULTILINE)


def reply(request: Request) -> Any:
    """A child of what is shown; the fitness that an answer says it has."""
    if request.model == "judge":
        return scores(request, int(request.text.split("Worth ")[1].split(".")[0]))
    voice, found = Voice(request.chance), parents(request.text)
    (asked, _), (_, answered) = found[0], found[-1]
    return {
        "input": f"{' '.join(asked.split()[:2])} {voice.question()}",
        "answer": f"{' '.join(answered.split()[:2])} {voice.sentence()} Worth {7 + voice.number() % 4}.",
    }


CASE = Case(sets={"input": "seeds.jsonl", "judge": "openai/judge"}, files={"seeds.jsonl": SEEDS}, reply=reply, target=24)
