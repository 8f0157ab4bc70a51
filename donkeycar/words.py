"""Singular and plural in messages."""


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
