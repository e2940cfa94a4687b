"""Checks whether answers keep those instructions of their questions that can be counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import Field

from rowsmith.core.flags import Flag
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.steps.checking import Check
from rowsmith.steps.constraints import constraints_of
from rowsmith.steps.form_turns import turns

Instruction = Literal[
    "words", "sentences", "paragraphs", "bullets", "highlights", "placeholders", "json", "lowercase", "uppercase", "no_commas", "title", "quoted",
    "postscript", "with", "without", "starts", "ends", "language"
]  # fmt: skip


class InstructionFollowing(Check):
    """Scores which share of the verifiable instructions in its questions a row's answers keep: `scores.<into>`, 0 to 1. Without a model.

    Looked for, in English: how many words, sentences, paragraphs, bullets, highlighted parts or placeholders (at least, at most, exactly, about
    20 % off); JSON; small letters or capitals; no commas; a title in <<...>>; quotation marks around it; a postscript; words to use (`with`) or to
    avoid (`without`); how it starts and ends; the language. Each instruction that is not kept is a flag with that reason, on the answer. A row
    whose questions give none goes on without a score. After IFEval: Zhou et al., arXiv 2311.07911, which gives the instructions beside the question,
    where here they are found in it. Whatever else a question asks needs a reader: `score.judge` with a criterion of yours.
    """

    instructions: list[Instruction] = Field(list(get_args(Instruction)), min_length=1, description="Kinds of instructions that count.")
    into: str = Field("instruction_following", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its score and flags."""
        kept, flags = 0, list[Flag]()
        for turn in turns(row.data):
            if turn.role not in ("answer", "rejected") or not turn.text.strip():
                continue
            for one in constraints_of(turn.question):
                if one.kind not in self.instructions:
                    continue
                if one.kept(turn.text):
                    kept += 1
                else:
                    whole = turn.whole(one.kind, f"not kept: {one.said}")
                    flags.append(Flag("instruction_following", one.kind, whole.detail, 1.0, whole.path, whole.span))
        given = kept + len(flags)
        yield self.told(row, {self.into: round(kept / given, 4)}, flags) if given else row
