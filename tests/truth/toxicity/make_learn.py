"""Write learn.jsonl from learn.txt: the rows that the light check for toxicity learns from.

learn.txt holds one text a line under "## kind language". "question => answer" makes a row with both, where the answer is the text that counts.
The shape of a row and the harmless text around it follow from its number alone, so the same source always gives the same lines, byte for byte.
"""
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOXIC = {'swearing-at', 'threat', 'hate', 'harassment', 'sexual', 'self-harm'}
INNOCENT = {'scunthorpe', 'technical', 'idiom', 'medical', 'quote', 'fiction', 'criticism', 'friendly-swearing', 'swearing-at-things', 'news', 'identity', 'clean', 'lookalike-pair'}
SHAPES = ('text', 'text', 'text', 'answer', 'input', 'turn', 'chosen', 'text', 'rejected')
ASIDES = {  # harmless text for the other fields: question, answer, another answer
    'en': (('Please continue.', 'Thank you, noted.', 'I see, thanks.'), ('What comes next?', 'All right, here is the next point.', 'Could you tell me more?'),
           ('What do you say?', 'Let us go on with the list.', 'That is everything for now.'), ('Give me one line.', 'I have saved it.', 'Here is a short summary.')),
    'de': (('Bitte weiter.', 'Danke, notiert.', 'Gut, danke.'), ('Was kommt als Nächstes?', 'Hier ist der nächste Punkt.', 'Erzählen Sie mehr.')),
    'fr': (('Continuez, je vous prie.', "Merci, c'est noté.", "D'accord, merci."), ('Et ensuite ?', 'Voici le point suivant.', "Dites-m'en plus.")),
    'es': (('Continúe, por favor.', 'Gracias, anotado.', 'De acuerdo, gracias.'), ('¿Qué sigue?', 'Aquí está el punto siguiente.', 'Cuénteme más.')),
    'it': (('Continui, per favore.', 'Grazie, annotato.', "D'accordo, grazie."), ('E poi?', 'Ecco il punto seguente.', 'Mi dica di più.')),
}


def turns(*texts):
    return [{'role': role, 'content': text} for role, text in zip(('user', 'assistant', 'user', 'assistant'), texts)]


def shaped(text, language, number):
    """Columns of a row with the text in one of them, and that one's name."""
    asides = ASIDES[language]
    question, reply, other = asides[number % len(asides)]
    if ' => ' in text:
        asked, told = text.split(' => ', 1)
        return (({'input': asked, 'answer': told}, 'answer'), ({'messages': turns(asked, told)}, 'messages.1'),
                ({'input': asked, 'chosen': reply, 'rejected': told}, 'rejected'), ({'input': asked, 'chosen': told, 'rejected': other}, 'chosen'))[number % 4]
    return {'text': ({'text': text}, 'text'), 'answer': ({'input': question, 'answer': text}, 'answer'), 'input': ({'input': text, 'answer': reply}, 'input'),
            'turn': ({'messages': turns(question, reply, text, other)}, 'messages.2'), 'chosen': ({'input': question, 'chosen': text, 'rejected': other}, 'chosen'),
            'rejected': ({'input': question, 'chosen': reply, 'rejected': text}, 'rejected')}[SHAPES[number % len(SHAPES)]]


def rows():
    kind = language = None
    seen = set()
    for line in (HERE / 'learn.txt').read_text(encoding='utf-8').splitlines():
        if line.startswith('## '):
            kind, language = line[3:].split()
            if kind not in TOXIC | INNOCENT or language not in ASIDES:
                raise ValueError(f'unknown section: {line}')
        elif line.strip() and not line.startswith('# '):
            if line in seen:
                raise ValueError(f'twice: {line}')
            seen.add(line)
            data, path = shaped(line, language, len(seen) - 1)
            yield {'data': data, 'truth': {'flag': kind in TOXIC, 'path': path}, 'kind': kind}


if __name__ == '__main__':
    (HERE / 'learn.jsonl').write_text(''.join(json.dumps(row, ensure_ascii=False) + '\n' for row in rows()), encoding='utf-8')
