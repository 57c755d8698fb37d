"""Text in, words out: one way of cutting and folding for what is searched and what is asked.

Both databases are handed words, never text, so that neither's own rules come between them.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

LONGEST_QUERY = 200
MOST_WORDS = 10
LONGEST_WORD = 60
SHORTEST_PREFIX = 2

# Chinese and Japanese put no spaces between words: there each character is a word.
ALONE = "\u3040-\u30ff\u3400-\u9fff"
ACCENTS = "\u0300-\u036f"
TOKEN = re.compile(rf"[{ALONE}]|(?:[^\W_{ALONE}][{ACCENTS}]*)+")
FOLDED = re.compile(r"[^\W_]+")
QUOTES = re.compile('["“”„«»]')

# Everywhere in English, so asking for them finds nothing out; needed only if nothing else is asked.
COMMON_WORDS = (
    "a an and are as at be by can do does for from has have how i in is it of on or our should "
    "that the their there they this to was we what when where which who why will with you your"
)
COMMON = frozenset(COMMON_WORDS.split())


class Word(NamedTuple):
    """A folded word and where in the text it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """What must be found: one word, or several next to each other.

    The last word may be only begun (`prefix`). A word that is not `quoted` stands for its singular
    and plural too.
    """

    words: tuple[str, ...]
    prefix: bool = False
    quoted: bool = False

    @property
    def other_forms(self) -> tuple[str, ...]:
        return () if self.quoted else other_forms(self.words[0])

    def __str__(self) -> str:
        """Return the term as one would type it."""
        words = " ".join(self.words)
        return f'"{words}"' if self.quoted else words


@dataclass(frozen=True)
class Query:
    """`text` is what was typed, fit to be shown; `words` are all its words in their order."""

    text: str
    terms: tuple[Term, ...]
    words: tuple[str, ...]
    shortened: bool = False

    @property
    def in_a_row(self) -> Term | None:
        """Return all the words next to each other, also those too common to be asked for."""
        if len(self.words) < 2 or not self.terms:
            return None
        return Term(self.words, prefix=self.terms[-1].prefix, quoted=True)


def words_of(text: str) -> list[Word]:
    return [word for token in TOKEN.finditer(text) for word in words_in(token)]


def words_in(token: re.Match[str]) -> list[Word]:
    """Return the one word that a token mostly is; “½” folds to two."""
    written, (start, end) = token[0], token.span()
    if written.isascii():
        return [Word(written.lower()[:LONGEST_WORD], start, end)]
    found = FOLDED.findall(folded(written))
    return [Word(word[:LONGEST_WORD], start, end) for word in found]


def folded(text: str) -> str:
    """Return the text without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if unicodedata.category(each) != "Mn").casefold()


def folded_words(text: str) -> str:
    """Return the words of the text, one space between them."""
    return " ".join(word.text for word in words_of(text))


def other_forms(word: str) -> tuple[str, ...]:
    """Return the plural of a singular, or the singular of a plural, as English mostly makes it."""
    if len(word) < 3 or not word.isalpha():
        return ()
    if word.endswith("ies"):
        return (word[:-3] + "y", word[:-1])
    if word.endswith(("ss", "us", "is", "x", "ch", "sh")):
        return (word + "es",)
    if word.endswith("s"):
        return (word[:-1], word[:-2]) if word.endswith("es") else (word[:-1],)
    if word.endswith("y"):
        return (word + "s", word[:-1] + "ies")
    return (word + "s",)


def written(term: Term) -> str:
    """Return the term as a regular expression for folded words with a space between them."""
    first = " ".join(term.words) + ("[^ ]*" if term.prefix else "")
    return "|".join([first, *term.other_forms])


def query_of(typed: str) -> Query:
    """Read what was typed. Nothing in it is an operator but the quotation mark."""
    text = "".join(each if each.isprintable() else " " for each in typed[: LONGEST_QUERY + 1])
    text, shortened = " ".join(text[:LONGEST_QUERY].split()), len(typed) > LONGEST_QUERY
    pieces = QUOTES.split(text)
    terms: list[Term] = []
    for number, piece in enumerate(pieces):
        words = tuple(word.text for word in words_of(piece))
        if number % 2 and words:
            terms.append(Term(words[:MOST_WORDS], quoted=True))
        elif not number % 2:
            terms += [Term((word,)) for word in words]
    words = tuple(word for term in terms for word in term.words)
    kept = needed(terms)
    if kept and kept[-1] is terms[-1] and (len(pieces) % 2 == 0 or not terms[-1].quoted):
        kept[-1] = begun(kept[-1])
    return Query(text, tuple(kept), words, shortened or len(words) > MOST_WORDS)


def needed(terms: list[Term]) -> list[Term]:
    """Leave out what says nothing, what is asked twice, and what is too much."""
    telling = [term for term in terms if term.quoted or term.words[0] not in COMMON]
    kept: list[Term] = []
    words = 0
    for term in dict.fromkeys(telling or terms):
        words += len(term.words)
        if words <= MOST_WORDS or not kept:
            kept.append(term)
    return kept


def begun(term: Term) -> Term:
    """Return the term as one that is still being typed. One letter begins too many words."""
    return Term(term.words, len(term.words[-1]) >= SHORTEST_PREFIX, term.quoted)
