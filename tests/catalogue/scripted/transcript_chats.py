"""transcript-chats: each call has two topics."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request


def _call(number: int) -> str:
    voice = Voice(f"call {number}")
    turns = [("Agent", "Good day, this is support."), *(("Caller" if at % 2 == 0 else "Agent", voice.sentence()) for at in range(8))]
    turns[3] = ("Caller", f"My mail is jo{number}@gmail.com. {voice.sentence()}")
    return "".join(f"{name}: {text}\n" for name, text in turns)


CALL = {f"calls/{number}.txt": _call(number) for number in range(4)}


def parted(request: Request) -> Any:
    """The second topic begins with the caller's third turn."""
    return {"topics": [{"first": 1, "topic": "first matter"}, {"first": 6, "topic": "second matter"}], "assistant": "Agent"}


CASE = Case(sets={"input": "calls"}, files=CALL, reply=parted, target=8)
