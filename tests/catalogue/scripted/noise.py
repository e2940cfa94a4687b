"""noise: by rule; the model only finds the label again."""

from augmented import FILE, SETS, model
from case import Case

CASE = Case(sets={"input": SETS["input"]}, files=FILE, reply=model(), target=3)
