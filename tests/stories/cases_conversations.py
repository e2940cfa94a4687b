"""The options of the steps that make conversations."""

from __future__ import annotations

from typing import Any

from cases import Case, to
from dialogue_talk import talk

ROW = ({"persona": "A baker.", "question": "Why does dough rise?", "said": "How long does it rest?", "rule": "Be brief.", "rounds": 2, "more": 3,
        "kit": [{"name": "oven"}, {"name": "scales"}]},)  # fmt: skip
USER = {"system": "You are {{ persona }}", "prompt": "Go on: {{ dialogue }}"}
TWO = {"user": USER, "assistant": {"system": "You know bread."}}
DONE = {"user": {**USER, "system": "Say <done> or <end> at the end."}, "assistant": {}}


def ending(messages: Any) -> str:
    """The user ends in its second turn."""
    return talk(messages) + (" <done>" if "Assistant:" in str(messages) else "")


def calm(messages: Any) -> Any:
    """Nothing is called."""
    return {"calls": [], "reply": talk(messages)} if "You can call" in str(messages) else talk(messages)


HELD = ({"text": "Ann: My bill is wrong.\nBob: I correct it.\nAnn: And my address?\nBob: Which is it?\n", "other": "Cy: So?\nDi: So.\n", "n": 3},)
TOPICS = {"topics": [{"first": 1, "topic": "bill"}, {"first": 3, "topic": "address"}], "assistant": "Bob"}


CASES: dict[str, dict[str, Case]] = {
    "generate.dialogue": {
        "speakers": to("speakers", TWO, {**TWO, "assistant": {"system": "You know cake."}}, ROW, talk),
        "order": to("order", [], ["chair", "ann", "chair", "ben"], ROW, talk, speakers={"chair": USER, "ann": {}, "ben": {}}, into="text"),
        "opening": to("opening", "question", "said", ROW, talk, speakers=TWO),
        "exchanges": to("exchanges", "rounds", "more", ROW, talk, speakers=TWO),
        "least": to("least", 1, 2, ROW, talk, speakers=TWO, again=0),
        "most": to("most", 2, 3, ROW, talk, speakers=TWO, again=1),
        "again": to("again", 0, 1, ROW, talk, speakers=TWO, most=3),
        "done": to("done", "<done>", "<end>", ROW, ending, speakers=DONE, most=3, again=1),
        "system": to("system", ..., "rule", ROW, talk, speakers=TWO),
        "keep_system": to("keep_system", True, False, ROW, talk, speakers=TWO, system="rule"),
        "tools": to("tools", {"column": "kit"}, {"column": "kit", "count": 1}, ROW, calm, speakers=TWO, opening="question"),
        "into": to("into", "messages", "text", ROW, talk, speakers=TWO),
        "forward": to("forward", [], ["persona"], ROW, talk, speakers=TWO),
    },
    "generate.chats": {
        "column": to("column", "text", "other", HELD, TOPICS),
        "roles": to("roles", {}, {"Ann": "assistant"}, HELD, TOPICS),
        "topics": to("topics", True, False, HELD, TOPICS),
        "least": to("least", 1, 2, HELD, TOPICS),
        "forward": to("forward", [], ["n"], HELD, TOPICS),
        "prompt": to("prompt", ..., "Topics? {{ turns }}", HELD, TOPICS),
        "system": to("system", "", "Be exact.", HELD, TOPICS),
        "model": to("model", "writer", "other", HELD, TOPICS),
    },
}
