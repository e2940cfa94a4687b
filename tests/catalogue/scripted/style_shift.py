"""style-shift: mails of customers in other words."""

from augmented import FILE, SETS, model
from case import Case

CASE = Case(sets=SETS, files=FILE, reply=model(), target=3)
