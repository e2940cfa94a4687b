"""instruction-back-translation: the usual answers are instructions of words that stand in no text, and the highest scores."""

from case import Case
from papers import FILES, INPUT

CASE = Case(sets={**INPUT, "judge": "openai/judge", "shortest": "10"}, files=FILES)
