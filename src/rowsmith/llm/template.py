"""Chat templates: messages written out as one text that the model goes on with, up to where the next speaker begins.

A turn is a text with {text} where what is said stands; what follows it, without white space, ends the turn. After a user's turn the
assistant's is opened, else the user's: a model that is given nothing but the head of a user's turn writes what users ask it (Xu et al.,
"Magpie", arXiv 2406.08464).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rowsmith import content
from rowsmith.core.errors import Invalid, RowFailed, choose
from rowsmith.core.models import Model

ROLES = ("system", "user", "assistant")
PLACE = "{text}"
FIX = "Write it like {user: '<|user|>\\n{text}<|end|>\\n', assistant: '<|assistant|>\\n{text}<|end|>\\n'}."


@dataclass(frozen=True, slots=True)
class Template:
    """How each turn is written, and what all of them begin with."""

    turns: Mapping[str, str]
    begin: str = ""

    def written(self, messages: Sequence[Mapping[str, Any]]) -> str:
        """The messages as one text, the next turn open.

        Raises:
            RowFailed: `template`, where a message is of a role that it has no turn for, or no text.
        """
        speaker = "assistant" if messages and messages[-1]["role"] == "user" else "user"
        return self.begin + "".join(map(self._turn, self._placed(messages))) + self.turns[speaker].partition(PLACE)[0]

    @property
    def ends(self) -> list[str]:
        """What ends a turn of the user's or the assistant's, each once."""
        found = (self.turns[role].partition(PLACE)[2].strip() for role in ROLES[1:])
        return list(dict.fromkeys(end for end in found if end))

    def _placed(self, messages: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """With the system prompt above what the user says first, where there is no turn for it."""
        if "system" in self.turns or [message["role"] for message in messages[:2]] != ["system", "user"]:
            return messages
        system, user = messages[:2]
        if not isinstance(user.get("content"), str):
            return messages
        return [{**user, "content": f"{system['content']}\n\n{user['content']}"}, *messages[2:]]

    def _turn(self, message: Mapping[str, Any]) -> str:
        role, said = message["role"], message.get("content")
        if role not in self.turns:
            raise RowFailed("template", f"The model's template has no turn for {role!r}; it has {', '.join(self.turns)}.")
        if not isinstance(said, str):
            raise RowFailed("template", "A model with a template is asked in text alone, without images, sound or calls of tools.")
        before, _, after = self.turns[role].partition(PLACE)
        return f"{before}{said}{after}"


def template_of(model: Model) -> Template | None:
    """The template of a model; None where it has none.

    Raises:
        Invalid: there is none of that name, or the model's own is none.
    """
    said = model.template
    if said is None:
        return None
    if isinstance(said, str) and said.lstrip().startswith("{"):  # a mapping, as a parameter without a default gives it
        said = _mapping(said)
    if isinstance(said, str):
        known = content.templates()
        if said not in known:
            raise Invalid(f"No template is called {said!r}.", f"{choose(said, sorted(known))} Or write one of your own. {FIX}")
        said = known[said]
    if odd := sorted(said.keys() - {*ROLES, "begin"}):
        raise Invalid(f"A template has no {odd[0]!r}.", f"It has begin, {', '.join(ROLES)}. {FIX}")
    turns = {role: said[role] for role in ROLES if role in said}
    if wrong := [role for role in ROLES if (role in turns or role != "system") and turns.get(role, "").count(PLACE) != 1]:
        raise Invalid(f"The template's {wrong[0]} turn has no {PLACE}, or more than one.", FIX)
    return Template(turns, said.get("begin", ""))


def _mapping(text: str) -> dict[str, str]:
    """The template in a text.

    Raises:
        Invalid: it is none.
    """
    import yaml

    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError:
        said = None
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise Invalid(f"The template {text!r} cannot be read.", FIX)
    return {str(name): value for name, value in said.items()}
