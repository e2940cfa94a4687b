"""Dialogues: two or more speakers, each a model with instructions of its own, talk in turns.

Sources of the method: Ding et al., "Enhancing Chat Language Models by Scaling High-quality Instructional Conversations", arXiv 2305.14233
(UltraChat: a model that plays the user); Li et al., "CAMEL", arXiv 2303.17760 (roles, a word that ends the talk, turns in which a role flips).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice, pairwise
from math import ceil
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from rowsmith.content import prompt as shipped
from rowsmith.core.errors import RowFailed, choose
from rowsmith.core.fences import Fence
from rowsmith.core.ids import child_id, share
from rowsmith.core.ports import Context
from rowsmith.core.row import New, Row
from rowsmith.core.step import COLUMN, MODEL, PROMPT, Column, Step
from rowsmith.steps.dialogue import Speaker, Spoken, faults, heard, stripped, transcript
from rowsmith.steps.fenced import mark_of, source_columns
from rowsmith.steps.paths import known
from rowsmith.steps.request import blank, pick, shown, text_of, variables
from rowsmith.steps.tool_calls import GIVES as PLAYED
from rowsmith.steps.tool_calls import Tooling, Used, answered, offered, saved

GIVES = ("dialogue", "exchange", "exchanges", "tools")
Tools = Sequence[Mapping[str, Any]]
TEXTS = ("system", "prompt", "called")


class Dialogue(Step):
    """Lets speakers talk in turns, each a model with a system prompt and a prompt for each turn of its own.

        speakers:
          user: {model: user, system: "You are {{ persona }}.", prompt: "Write your next message: {{ dialogue }}"}
          assistant: {model: writer, system: You answer briefly.}
        opening: question
        least: 1
        most: 10
        again: 0.5

    Of a speaker: `model`, `system` and `prompt`, in which {{ dialogue }} is what has been said, {{ exchange }} the number of this exchange and
    {{ exchanges }} how many are planned; without a prompt the dialogue itself is sent as messages. `role`, user or assistant; `called`, what others
    know it by.

    With `tools` the assistants may call tools, whose results another model makes up, before they say something:

        tools: {file: tools.json, count: 4, model: simulator}

    Calls fit the tools' schemas, or are asked for again. They are saved as `tool_calls` and messages of the role tool, and the tools in a column
    `tools`; of the speakers only {{ tools }} tells of them. Calls without end or without tools fail the row (`tools`).

    Makes a row of each, with `messages` (or `text`) and the columns of `forward`. What is saved is what was said, without anything of the prompts.
    An exchange is one turn of each in `order`. After the `least` exchanges another one follows with the probability `again`, up to `most`, which the
    row's id decides; or there are as many as a column says.

    A row fails where a turn is `empty`, speaks for another (`role_flip`), or says what was said before (`repeated`); where the dialogue ends before
    the least exchanges (`too_short`); and where a column gives no number (`exchanges`). A name of its own before a turn is taken off.
    Origin: `dialogue` {exchanges, calls, end}: how many, how often tools were called, and `planned`, or the name of the speaker who said the
    word `done`.
    """

    makes: ClassVar[bool] = True
    prompt_gives: ClassVar[dict[str, tuple[str, ...]]] = {"speakers": GIVES, "tools": (*GIVES, *PLAYED)}

    speakers: dict[str, Speaker] = Field(min_length=2, description="Who speaks, by name; the first one begins.")
    order: list[str] | Literal["drawn"] = Field(
        [], description="Who speaks in an exchange, one after the other; drawn: after each turn the row's id draws one of the others. Default: each "
        "once."
    )
    opening: Column | None = Field(None, description="Column with what the first speaker says first. Default: its model is asked.")
    exchanges: Column | None = Field(None, description="Column with the number of exchanges, in place of least, most and again.")
    least: Annotated[int, Field(ge=1, le=100)] = Field(1, description="Fewest exchanges.")
    most: Annotated[int, Field(ge=1, le=100)] = Field(10, description="Most exchanges.")
    again: Annotated[float, Field(ge=0, le=1)] = Field(0.5, description="Probability that another exchange follows.")
    done: str = Field(
        "", description="A word by which a speaker ends the dialogue, such as <done>; it is told of it in its prompt. It is not saved, nor is a last "
        "turn of the user without an answer."
    )
    system: Column | None = Field(
        None, description="Column with a system turn, which speakers with the role of the assistant are sent before their own system prompt."
    )
    keep_system: bool = Field(True, description="Whether that system turn is saved with the messages.")
    tools: Tooling | None = Field(
        None, description="Tools that assistants may call: `file` or `column` with them, `count` to draw some, `model`, `prompt` and `system` of who "
        "plays them, `rounds` of calls in one turn."
    )  # fmt: skip
    into: Literal["messages", "text"] = Field("messages", description="messages: roles in turn; text: a line with the name before each turn.")
    forward: list[Column] = Field([], description="Columns of the row that the dialogue's carries too.")

    @property
    def questions(self) -> int:
        """Questions of one row, as they are to be expected; of a column nothing is known, and 3 exchanges are assumed, and a call in each."""
        return self._questions(3.0 if self.exchanges else self.least + sum(self.again**more for more in range(1, self.most - self.least + 1)))

    def questions_of(self, row: Row) -> int:
        """Those of this row, where its column says how many exchanges there are."""
        said = row.data.get(self.exchanges) if self.exchanges else None
        return self._questions(said) if isinstance(said, int) and said > 0 else self.questions

    def _questions(self, exchanges: float) -> int:
        """As many as so many exchanges have."""
        calling = 2 * sum(self._role(name) == "assistant" for name in self._order) if self.tools else 0
        return max(1, ceil(exchanges * (len(self._order) + calling) - (1 if self.opening else 0)))

    async def rows(self, row: Row, ctx: Context) -> list[New]:
        """The dialogue."""
        return [await self._dialogue(row, ctx, index) for index in ctx.wanted]

    async def _dialogue(self, row: Row, ctx: Context, index: int) -> New:
        carried, place = pick(row, self.forward), child_id(row.id, ctx.step, index)
        called = {name: await ctx.rendered(one.called, row.scope) if one.called else name.capitalize() for name, one in self.speakers.items()}
        tools = self.tools.found(row, ctx, place) if self.tools else []
        said, end = await self._talk(row, ctx, place, called, tools)
        whole, least = len(said) // len(self._order), 1 if self.exchanges else self.least
        if whole < least:
            raise RowFailed("too_short", f"The dialogue ended after {whole} exchanges; {least} are the least.")
        data = {**carried, self.into: self._messages(row, said, called) if self.into == "messages" else transcript(said, called)}
        calls = sum(len(used.calls) for turn in said for used in turn.used)
        told = {"exchanges": whole, **({"calls": calls} if tools else {}), "end": end}
        return New({**data, **({"tools": tools} if tools else {})}, {"dialogue": told}, index=index)

    async def _talk(self, row: Row, ctx: Context, place: str, called: dict[str, str], tools: Tools) -> tuple[list[Spoken], str]:
        """What is said, and what ended it."""
        planned = self._planned(row, place)
        said, end = list[Spoken](), "planned"
        for number, speaker in enumerate(islice(self._turns(place), planned * len(self._order))):
            gives = {"dialogue": transcript(said, called), "exchange": number // len(self._order) + 1, "exchanges": planned, "tools": offered(tools)}
            opens = self.opening and not said
            text, used = (text_of(row, self.opening or ""), ()) if opens else await self._asked(row, ctx, speaker, said, called, gives, tools)
            finished = bool(self.done) and self.done in text
            text = stripped(text.replace(self.done, "") if finished else text, speaker, called)
            if text or not finished:
                faults(text, speaker, self._role(speaker), said, called)
                said.append(Spoken(speaker, text, used))
            if finished:
                end = speaker
                break
        while self.into == "messages" and said and self._role(said[-1].speaker) != "assistant":
            said.pop()
        return said, end

    def _planned(self, row: Row, place: str) -> int:
        """How many exchanges there are to be."""
        if self.exchanges:
            number = pick(row, [self.exchanges])[self.exchanges]
            if isinstance(number, bool) or not isinstance(number, int) or number < 1:
                raise RowFailed("exchanges", f"Column {self.exchanges!r} holds {number!r}; the exchanges are a whole number of at least 1.")
            return number
        return next((n for n in range(self.least, self.most) if share(place, f"exchange {n}") >= self.again), self.most)

    def _turns(self, place: str) -> Iterator[str]:
        """Who speaks, turn after turn."""
        last = self._order[0]
        if self.order != "drawn":
            yield from (self._order[turn % len(self._order)] for turn in count())
        yield last
        for turn in count(1):
            others = [name for name in self.speakers if name != last]
            last = others[int(share(place, f"speaker {turn}") * len(others))]
            yield last

    async def _asked(
        self, row: Row, ctx: Context, speaker: str, said: Sequence[Spoken], called: dict[str, str], gives: dict[str, Any], tools: Tools
    ) -> tuple[str, tuple[Used, ...]]:
        """What the model of a speaker says next, and the tools that it called before."""
        one, scope, assists = self.speakers[speaker], {**row.scope, **gives}, self._role(speaker) == "assistant"
        calls = assists and bool(tools)
        system = [text_of(row, self.system)] if self.system and assists else []
        system += [await self._told(row, ctx, one.system, scope)] if one.system else []
        told = await self._told(row, ctx, one.prompt, scope) if one.prompt else ""
        asked = [{"role": "user", "content": told}] if told else heard(said, speaker, called, tools=calls)
        system += [ctx.render(shipped("tools"), gives)] if calls else []
        request = [*([{"role": "system", "content": "\n\n".join(system)}] if system else []), *asked]
        prompt = one.prompt or one.system
        if calls and self.tools:
            before = [used for turn in said for used in turn.used]
            return await answered(ctx, self.tools, tools, request, one.model, prompt, before, scope)
        return str((await ctx.ask(request, model=one.model, prompt=prompt)).value), ()

    async def _told(self, row: Row, ctx: Context, prompt: str, scope: dict[str, Any]) -> str:
        """A prompt filled in; the text of a document is fenced off as data."""
        used = {path[0] for path in shown(prompt)}
        fenced = pick(row, [name for name in source_columns(row, row.data) if name in used])
        if not fenced:
            return await ctx.rendered(prompt, scope)
        mark = mark_of(fenced)
        said = await ctx.rendered(prompt, scope, Fence({(name,): name for name in fenced}, mark))
        return f"{said}\n\n{ctx.render(shipped('fence'), {'mark': mark})}"

    def _messages(self, row: Row, said: Sequence[Spoken], called: dict[str, str]) -> list[dict[str, Any]]:
        """What is saved, made afresh. Where several speak with one role, each turn bears a name."""
        named = len(self.speakers) > 2
        system = [{"role": "system", "content": text_of(row, self.system)}] if self.system and self.keep_system else []
        told: list[dict[str, Any]] = []
        for one in said:
            told += saved(one.used, 1 + sum(len(message.get("tool_calls", ())) for message in told))
            told.append({"role": self._role(one.speaker), **({"name": called[one.speaker]} if named else {}), "content": one.text})
        return system + told

    @property
    def _order(self) -> list[str]:
        return self.order if isinstance(self.order, list) and self.order else list(self.speakers)

    def _role(self, speaker: str) -> str:
        return self.speakers[speaker].role or (speaker if speaker in ("user", "assistant") else "user" if speaker == self._order[0] else "assistant")

    def columns(self, before: frozenset[str] | None) -> frozenset[str]:
        """The dialogue, and what is carried over."""
        return frozenset({self.into, *self.forward, *(["tools"] if self.tools else [])})

    def marked(self, mark: Any) -> dict[str, Any]:
        """The models and the prompts of the speakers."""
        if mark is MODEL:
            return {"speakers": [one.model for one in self.speakers.values()], **({"tools": self.tools.model} if self.tools else {})}
        if mark is PROMPT:
            texts = {f"{name}.{field}": getattr(one, field) for name, one in self.speakers.items() for field in TEXTS}
            playing = {name: text for name in ("prompt", "system") if self.tools and (text := getattr(self.tools, name))}
            return {"speakers": {place: text for place, text in texts.items() if text}, **({"tools": playing} if playing else {})}
        found = super().marked(mark)
        return {**found, "tools": self.tools.column} if mark is COLUMN and self.tools and self.tools.column else found

    def input_files(self) -> dict[str, list[str]]:
        """The file with the tools."""
        return {"tools": [self.tools.file]} if self.tools and self.tools.file else {}

    def check(self) -> list[str]:
        """Speakers who do not speak or are told nothing, an order that gives no messages, and settings that change nothing."""
        return [*self._order_problems(), *self._prompt_problems(), *self._idle_problems(), *self._tool_problems()]

    def _order_problems(self) -> list[str]:
        if unknown := [name for name in self._order if name not in self.speakers]:
            return [f"No speaker is called {unknown[0]!r}, as `order` says. {choose(unknown[0], list(self.speakers))}"]
        problems = [f"The speaker {name!r} does not speak: `order` leaves it out." for name in self.speakers if name not in self._order]
        turns = [*self._order, self._order[0]]
        problems += [f"{one!r} speaks twice in a row. Let another speak between." for one, two in pairwise(turns) if one == two][:1]
        if self.into == "text" or problems:
            return problems
        roles = [self._role(name) for name in turns]
        if roles[0] != "user" or any(one == two for one, two in pairwise(roles)) or (self.order == "drawn" and len(self.speakers) > 2):
            told = ", ".join(f"{name} ({self._role(name)})" for name in self._order)
            return [f"Messages begin with the user and alternate, and here speak {told}. Give roles or another order, or choose into: text."]
        return []

    def _prompt_problems(self) -> list[str]:
        first = self.speakers.get(self._order[0])
        opens = [f"{self._order[0]!r} begins and has no prompt: give it one, or the column of its first turn in `opening`."]
        problems = opens if first and not first.prompt and not self.opening else []
        for name, one in self.speakers.items():
            used = variables(one.prompt)
            if one.prompt and used is not None and "dialogue" not in used:
                problems.append(f"The prompt of {name!r} does not use {{{{ dialogue }}}}, so that it would not know what was said.")
        return problems

    def _tool_problems(self) -> list[str]:
        if not self.tools:
            return []
        problems = [*self.tools.problems(), *(["Calls of tools stand in messages. Leave out into: text."] if self.into == "text" else [])]
        missing = [f"There is no file {self.tools.file!r}. Check the path."] if self.tools.file and known(self.tools.file) == [] else []
        return problems + missing

    def _idle_problems(self) -> list[str]:
        given = self.model_fields_set
        problems = [f"{name} is given, and `exchanges` says how many there are. Leave it out." for name in ("least", "most", "again")
                    if self.exchanges and name in given]  # fmt: skip
        if self.least > self.most:
            problems.append(f"least is {self.least} and most {self.most}. Let least be no more than most.")
        if "keep_system" in given and not self.system:
            problems.append("keep_system is given, and there is no system turn. Name its column in `system`.")
        if blank(self.done) and self.done:
            problems.append("done is blank. Give a word that nobody says otherwise, such as <done>.")
        elif self.done and not any(self.done in one.system + one.prompt for one in self.speakers.values()):
            problems.append(f"No speaker is told of the word {self.done!r}, so that none would say it. Write it into a prompt.")
        return problems
