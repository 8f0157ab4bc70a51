"""Small words of what people read."""


def count(number: int, word: str) -> str:
    """Say how many.

    Args:
        number: Of them.
        word: For one of them; more take an "s".

    Example:
        >>> count(1, "tub"), count(2, "tub")
        ('1 tub', '2 tubs')
    """
    return f"{number} {word}" + ("" if number == 1 else "s")


def either(number: int, one: str, many: str) -> str:
    """The word for so many.

    Args:
        number: Of them.
        one: For one of them.
        many: For more, and for none.

    Example:
        >>> either(1, "is", "are"), either(2, "is", "are")
        ('is', 'are')
    """
    return one if number == 1 else many


def count_are(number: int, word: str) -> str:
    """Say how many there are of which something is said.

    Args:
        number: Of them.
        word: For one of them; more take an "s".

    Example:
        >>> count_are(1, "tub"), count_are(2, "tub")
        ('1 tub is', '2 tubs are')
    """
    return f"{count(number, word)} {either(number, 'is', 'are')}"
