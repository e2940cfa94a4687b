"""support-dialogue: the model that plays the customer is another one."""

from case import Case

CASE = Case(sets={"customer": "openai/customer", "count": "8"})
