"""preference: a judge who likes the strong model's words, and of every seventh question those of the weak one."""

from typing import Any

from case import Case, Voice, several

from rowsmith.testing import Request

GOOD, POOR = "Garnets glow.", "Nettles sting."


def scores(request: Request, score: int) -> dict[str, Any]:
    """The same score on every criterion."""
    return {name: {"reason": "As it stands.", "score": score} for name in request.schema["properties"]}


def reply(request: Request) -> Any:
    """A question's first letter says which of the two answers better."""
    voice = Voice(request.chance)
    if request.model in ("judge", "umpire"):
        return scores(request, 9 if GOOD in request.text else 3)
    if "rows" in str(request.schema):
        return {"rows": [{"input": voice.question()} for _ in range(several(request))]}
    odd = request.text.lstrip()[0] in "AB"
    good = GOOD if (request.model in ("strong", "better")) != odd else POOR
    return {"answer": f"{voice.sentence()} {good} {voice.sentence()}"}


TEXTS = {f"texts/{n}.md": f"# {Voice(str(n)).words(3)}\n\n" + " ".join(Voice(f"{n}.{at}").sentence() for at in range(6)) for n in range(8)}
SETS = {"input": "texts", "chosen": "openai/strong", "rejected": "openai/weak", "judge": "openai/judge"}
CASE = Case(sets=SETS, files=TEXTS, reply=reply, target=12)
