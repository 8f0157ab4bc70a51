"""Words in messages: singular and plural, the nearest known word, names that stay on one line."""

from collections.abc import Iterable

# How similar a word must be to count as the intended one, 0 to 1: one or two wrong letters.
LIKENESS = 0.6


def count(number: int, word: str) -> str:
    """Say how many.

    Args:
    number: The number of things.
    word: The word for one thing; the plural adds an "s".

    Example:
        >>> count(1, "tub"), count(2, "tub")
        ('1 tub', '2 tubs')
    """
    return f"{number} {word}" + ("" if number == 1 else "s")


def either(number: int, one: str, many: str) -> str:
    """Choose the word for a number.

    Args:
    number: The number of things.
    one: The word for one thing.
    many: The word for several things, and for none.

    Example:
        >>> either(1, "is", "are"), either(2, "is", "are")
        ('is', 'are')
    """
    return one if number == 1 else many


def count_are(number: int, word: str) -> str:
    """Say how many, with "is" or "are".

    Args:
    number: The number of things.
    word: The word for one thing; the plural adds an "s".

    Example:
        >>> count_are(1, "tub"), count_are(2, "tub")
        ('1 tub is', '2 tubs are')
    """
    return f"{count(number, word)} {either(number, 'is', 'are')}"


def nearest(typed: str, known: Iterable[str]) -> str:
    """The word that is most similar to `typed`, or "" if none is similar enough.

    Example:
        >>> nearest("user/angel", ["user/angle", "user/throttle"])
        'user/angle'
    """
    import difflib  # slow to import, and needed only for wrong words

    near = difflib.get_close_matches(typed, list(known), 1, LIKENESS)
    return near[0] if near else ""


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """The end of an error about a misspelt name, or "" if no known one is similar.

    Names of columns have parts; the last one alone is recognised, too.

    Example:
        >>> did_you_mean("angel", ["user/angle", "user/mode"])
        '. Did you mean user/angle?'
    """
    names = list(known)
    ends = {name.rpartition("/")[2]: name for name in reversed(names)}
    near = nearest(typed, names) or ends.get(nearest(typed, ends), "")
    return f". Did you mean {shown(near)}?" if near else ""


def shown(text: object) -> str:
    r"""A name or value of somebody else on one line: a line end in it is no line end here.

    Example:
        >>> shown("data/tub\n1")
        'data/tub\\n1'
    """
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in str(text))
