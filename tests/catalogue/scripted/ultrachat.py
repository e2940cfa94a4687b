"""ultrachat: the model that plays the user is another one."""

from case import Case

CASE = Case(sets={"user": "openai/user", "topics": "{baking: [rye, oats], mending: [socks]}", "personas": "[a sailor, a tailor]", "questions": "3"})
