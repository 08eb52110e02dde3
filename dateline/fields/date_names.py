"""The words of dates in English, French, Portuguese, Spanish, German and Italian, as data.

Names are those of Unicode CLDR (wide and abbreviated, with and without accents) and a few other
common spellings. Other languages are left to a library: see `date_languages`.
"""

import re
import unicodedata

_MONTHS = (
    "january jan janvier janv janeiro enero ene januar jänner gennaio gen",
    "february feb février févr fév fevereiro fev febrero februar febr febbraio",
    "march mar mars março marzo märz mär maerz mrz",
    "april apr avril avr abril abr aprile",
    "may mai maio mayo maggio mag",
    "june jun juin junho junio juni giugno giu",
    "july jul juillet juil julho julio juli luglio lug",
    "august aug août agosto ago",
    "september sep sept septembre setembro set septiembre setiembre settembre sett",
    "october oct octobre outubro out octubre oktober okt ottobre ott",
    "november nov novembre novembro noviembre",
    "december dec décembre déc dezembro dez diciembre dic dezember dicembre",
)
_WEEKDAYS = (
    "monday mon lundi lun segunda-feira segunda seg lunes montag mo lunedì",
    "tuesday tue tues mardi mar terça-feira terça ter martes dienstag di martedì",
    "wednesday wed mercredi mer quarta-feira quarta qua miércoles mié mittwoch mi mercoledì",
    "thursday thu thur thurs jeudi jeu quinta-feira quinta qui jueves jue donnerstag do"
    " giovedì gio",
    "friday fri vendredi ven sexta-feira sexta sex viernes vie freitag fr venerdì",
    "saturday sat samedi sam sábado sáb samstag sonnabend sa sabato sab",
    "sunday sun dimanche dim domingo dom sonntag so domenica",
)
_RELATIVE = (
    "today|tonight|yesterday|tomorrow|now|(?:last|next|this) [a-z]+"
    "|(?:second|minute|hour|day|week|month|year)s? ago"
    "|aujourd'hui|hier|demain|maintenant|avant-hier|il y a"
    "|hoje|ontem|anteontem|amanha|agora|atras|ha [0-9]+"
    "|hoy|ayer|anteayer|manana|ahora|hace"
    "|heute|gestern|vorgestern|morgen|jetzt|vor [0-9]+"
    "|oggi|ieri|domani|adesso|fa"
)
_HOUR = 3600


def folded(word: str) -> str:
    """Return `word` in lower case and without accents, as in the tables here."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.casefold().replace("’", "'"))
    return "".join(char for char in apart if not unicodedata.combining(char))


# In English, for messages, independent of the locale.
MONTH_NAMES = tuple(names.split()[0].capitalize() for names in _MONTHS)
WEEKDAY_NAMES = tuple(names.split()[0].capitalize() for names in _WEEKDAYS)
MONTHS = {
    folded(name): month for month, names in enumerate(_MONTHS, start=1) for name in names.split()
}
WEEKDAYS = {
    folded(name): weekday for weekday, names in enumerate(_WEEKDAYS) for name in names.split()
}
# Words without a meaning of their own in a date: `8 de marzo del 2014`, `the 8th of March`.
JOINERS = frozenset(("of", "the", "de", "del", "le", "el", "il", "den", "der"))
# Words relative to the day of writing, which rows do not include; for folded text.
RELATIVE = re.compile(rf"\b(?:{_RELATIVE})\b")
# Offsets in seconds. RFC 2822 §4.3 defines the American names; no other abbreviation is unambiguous
# (BST is British or Bangladeshi, IST Indian, Irish or Israeli). Military letters were so often
# written with the wrong sign that the RFC tells readers to distrust them, except Z.
ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "tu"), 0),
    **dict.fromkeys(
        (
            "coordinated universal time",
            "greenwich mean time",
            "temps universel coordonne",
            "horario universal coordenado",
            "tiempo universal coordinado",
            "koordinierte weltzeit",
            "tempo coordinato universale",
        ),
        0,
    ),
    "edt": -4 * _HOUR,
    "est": -5 * _HOUR,
    "cdt": -5 * _HOUR,
    "cst": -6 * _HOUR,
    "mdt": -6 * _HOUR,
    "mst": -7 * _HOUR,
    "pdt": -7 * _HOUR,
    "pst": -8 * _HOUR,
}
