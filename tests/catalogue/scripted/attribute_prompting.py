"""attribute-prompting: texts name the bird of their class, by which the blind judge knows it."""

from typing import Any

from case import Case, Voice

from rowsmith.testing import Request

CODES = {"complaint": "Falcons", "question": "Herons", "praise": "Swifts"}
TABLE = """attribute,value,by,when
style,as a telegram,,
style,as a letter,,
place,on a train,,
place,in a kitchen,,
subtopic,a cracked lid,label,complaint
subtopic,a late parcel,label,complaint
subtopic,opening hours,label,question
subtopic,sizes,label,question
subtopic,a kind driver,label,praise
subtopic,a good fit,label,praise
"""


def reply(request: Request) -> Any:
    """A text with the bird of its class; the class whose bird a text has."""
    if request.model == "judge":
        return {"reason": "so", "label": next((label for label, code in CODES.items() if code in request.text), None)}
    asked = request.text.split('the class "')[-1].split('"')[0]
    return {"text": f"{CODES.get(asked, 'Crows')} {Voice(request.chance).sentence(18)}"}


CASE = Case(sets={"judge": "openai/judge", "count": "12"}, files={"attributes.csv": TABLE}, reply=reply, target=12)
