"""Steps that carry out code which models or strangers wrote: off unless the user says so, and then in a sandbox alone."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from rowsmith.core.errors import Invalid
from rowsmith.core.step import Step

OFF = "It carries out code that somebody else wrote, which is off unless you say so."
FIX = (
    "Allow it by execute: true in the step (of a recipe of the catalogue: --set execute=true). It runs without network, files and further processes."
)
_FENCED = re.compile(r"\s*```[A-Za-z0-9_+-]*[ \t]*\n(.*?)\n?[ \t]*```\s*", re.DOTALL)


class Executing(Step):
    """What such steps share. `execute` allows it; without it a recipe is refused, or with `required: false` its rows pass as they are."""

    execute: bool = Field(
        False, description="Whether code is carried out, in a sandbox without network, files and further processes. Nothing is unless you say so."
    )
    required: bool = Field(True, description="Whether a recipe is refused where `execute` is false; if not, its rows pass as they are.")
    time_s: Annotated[float, Field(gt=0, le=600)] = Field(10.0, description="Seconds by the clock after which a row's code is ended.")
    memory_mb: Annotated[int, Field(ge=32, le=65536)] = Field(512, description="Memory that it may take, in MB.")

    @property
    def executes(self) -> bool:
        """See Step."""
        return self.execute

    @property
    def passes_by(self) -> bool:
        """Whether rows pass as they are, since nothing may be carried out.

        Raises:
            Invalid: they may not.
        """
        if not self.execute and self.required:
            raise Invalid(OFF, FIX)
        return not self.execute

    def check(self) -> list[str]:
        """The refusal that names the setting."""
        return [f"{OFF} {FIX}"] if self.required and not self.execute else []


def bare(code: str) -> str:
    """Code without the fence of Markdown around it.

    >>> bare("```python\\nx = 1\\n```")
    'x = 1'
    """
    found = _FENCED.fullmatch(code)
    return found[1] if found else code
