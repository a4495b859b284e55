"""English sentences of our own making, many and varied, always the same."""

from __future__ import annotations

import random

WORDS = {
    "N": "garden engine letter river teacher bottle window market soldier kitchen report machine "
    "village doctor carpet ladder picture island battery customer harbor theory witness bridge "
    "orchard tailor signal blanket committee railway lantern professor budget turbine ",
    "P": "gardens engines letters rivers teachers bottles children women shelves policies crises "
    "mice reports villages witnesses bridges signals budgets sheep analyses tomatoes leaves ",
    "NAME": "Harriet Okafor Lindqvist Tomasz Geneva Kyoto Brannock Ltd. Priya Delgado Aberdeen "
    "Wexford Mbeki Oslo Quillfeather Bergstrom Samira Dover ",
    "A": "old quiet broken expensive green careful hollow sudden northern ripe wooden honest "
    "well-known half-empty tiny useless medical brighter largest worse three-year-old dusty "
    "unlikely foreign electric better ",
    "VD": "opened carried painted sold forgot built followed repaired wrote measured lost found "
    "understood counted threw broke taught hid chose examined rebuilt ",
    "VZ": "opens carries paints sells forgets builds follows repairs writes measures loses finds "
    "understands counts throws breaks teaches hides chooses ",
    "VB": "open carry paint sell forget build follow repair write measure lose find understand "
    "count throw break teach hide choose leave close cut ",
    "VG": "opening carrying painting selling building following repairing writing measuring "
    "losing finding counting throwing teaching hiding choosing running ",
    "VN": "opened carried painted sold forgotten built followed repaired written measured lost "
    "found thrown broken taught hidden chosen ",
    "R": "slowly often never almost quite badly yesterday soon rather perhaps again upstairs "
    "carefully twice hardly even still ahead ",
    "I": "in on under behind near through against without after before across from with by over "
    "until beyond despite between ",
    "D": "the a this every another some no that each the the a ",
    "PRP": "she he they it we I you ",
    "PRP$": "her his their its our my your ",
    "M": "will can should might would must could may ",
    "C": "and but or yet ",
    "S": "because although while if when since unless whereas ",
    "W": "who which that ",
    "NUM": "7 1998 2,400 3.5 twelve 60 1st 2031 forty-one 0.2 1,000,000 half ",
    "UNIT": "percent miles dollars kilograms years hours meters ",
    "END": ". . . . ! ; ... ",
}
NOUN = ("D N", "D A N", "PRP$ N", "PRP", "NAME", "NAME NAME", "A P", "P", "NUM P", "D N of D N",
        "D N 's N", "PRP$ A A N", "NUM UNIT", "D A , A N")  # fmt: skip
SENTENCES = (
    "@ VD @ END",
    "@ VZ @ I @ END",
    "@ R VD @ I @ END",
    "@ M VB @ END",
    "@ M not VB @ R END",
    "@ was VN by @ END",
    "@ has VN @ , C @ VZ @ END",
    "S @ VD @ , @ M VB @ END",
    "R , @ were VG @ I @ END",
    "I @ , @ VD that @ VD @ END",
    "@ , W VD @ , VZ R END",
    "what did @ VB I @ ?",
    "VB @ I @ END",
    "there are NUM P I @ END",
    "`` @ VZ @ , '' said NAME END",
    "@ is A C R A END",
    "to VB @ is A END",
    "@ did n't VB @ S @ VD END",
    "@ ( @ ) costs $ NUM END",
    "VG @ R VZ @ -- @ VD it up END",
    "@ VD out of @ C into @ END",
    "how A @ is !",
    "@ wants to VB @ I NUM UNIT END",
    "@ have been VG @ S @ VZ END",
    "neither @ nor @ VZ more than NUM UNIT END",
)
_CHOICES = {name: words.split() for name, words in WORDS.items()}


def sentences(count: int, seed: int = 1) -> list[list[str]]:
    """So many different sentences, each a list of tokens."""
    chance = random.Random(seed)
    made: dict[tuple[str, ...], None] = {}
    while len(made) < count:
        words = [word for part in chance.choice(SENTENCES).split() for word in _said(part, chance)]
        if len(made) % 5:
            words[0] = words[0][:1].upper() + words[0][1:]
        made[tuple(words)] = None
    return [list(words) for words in made]


def _said(part: str, chance: random.Random) -> list[str]:
    if part == "@":
        return [word for each in chance.choice(NOUN).split() for word in _said(each, chance)]
    return [chance.choice(_CHOICES[part])] if part in _CHOICES else [part]
