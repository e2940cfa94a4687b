"""How alike two texts are, by their embeddings."""

from __future__ import annotations

from pydantic import Field

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Row
from rowsmith.core.step import Column, EmbedderRole, Step
from rowsmith.steps.request import blank, text_of
from rowsmith.steps.vectors import cosine

_DEFAULTS = ("text", "context")


class Similarity(Step):
    """Scores how alike two texts of a row are: `scores.<into>` in [-1, 1], the cosine of their embeddings, rounded to 6 digits.

    What "alike" means is the embedding model's. `builtin/hashing` needs no download and no key, and sees spelling, not meaning: it finds
    copies and small edits, and misses paraphrases. For meaning, use a model of a server (`openai/NAME` with its base_url), `onnx/PATH` or
    `sentence-transformers/NAME`. Each distinct text is embedded once and its vector is kept.
    """

    column: Column = Field("answer", description="Column that holds the one text.")
    against: str = Field("", description="Column that holds the other text. Default: `text`, or `context` where there is no `text`.")
    to: str = Field("", description="A text to compare with, the same for all rows, in place of a column.")
    into: str = Field("similarity", min_length=1, description="Name of the score.")
    model: EmbedderRole = Field("embedder", description="Role of the model that embeds, for example {embedder: {model: builtin/hashing}}.")

    async def rows(self, row: Row, ctx: Context) -> list[Row]:
        """Two embeddings."""
        texts = [text_of(row, self.column), self.to or text_of(row, self._other(row))]
        if any(blank(text) for text in texts):
            raise RowFailed("empty_text", "A text without a visible character is like nothing.")
        embedded = await ctx.embed(texts, model=self.model)
        one, two = embedded.vectors
        return [row.with_scores({self.into: round(cosine(one, two), 6)})]

    def check(self) -> list[str]:
        both = "`against` and `to` are both given; the text to compare with is either a column or one text for all."
        problems = [both] if self.against and self.to else []
        if self.against == self.column:
            problems.append(f"`column` and `against` are both {self.column!r}; a text is always like itself.")
        return problems + (["`to` holds no visible character."] if self.to and blank(self.to) else [])

    def _other(self, row: Row) -> str:
        name = self.against or next((name for name in _DEFAULTS if name in row.data and name != self.column), "")
        if not name:
            raise RowFailed("missing_column", "The row has neither `text` nor `context`; name the column to compare with in `against`.")
        return name
