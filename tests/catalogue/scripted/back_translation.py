"""back-translation: into a language that the scripted model makes up, and back in other words."""

from augmented import FILE, SETS, anew, model
from case import Case


def there_and_back(text: str) -> str:
    """The same behind a word that no language has, and from there in other words."""
    return anew(text.removeprefix("Ysgrif. ")) if text.startswith("Ysgrif. ") else f"Ysgrif. {text}"


CASE = Case(sets=SETS, files=FILE, reply=model(there_and_back), target=3)
