"""Words from recordings inside SQL: the only place where they are quoted.

Names of columns never become identifiers: each column has an identifier of ours (`Column.ident`),
because DuckDB does not tell ``User/Angle`` from ``user/angle``, and tubs do.
"""

from collections.abc import Iterable

from donkeycar.errors import AnalysisError


def literal(text: str) -> str:
    """A text as a literal of SQL.

    Raises:
        AnalysisError: If the engine cannot take it: it holds a NUL, or half of a surrogate pair.

    Example:
        >>> literal("it's")
        "'it''s'"
    """
    if not is_sayable(text):
        raise AnalysisError(f"A name must be text without NUL bytes. Received: {text!r}")
    return "'" + text.replace("'", "''") + "'"


def double(number: float) -> str:
    """A number as a literal of SQL, to the last bit; without the cast it would be a decimal.

    Example:
        >>> double(0.1)
        "'0.1'::DOUBLE"
    """
    return f"'{float(number)!r}'::DOUBLE"


def ident(name: str) -> str:
    """A name as an identifier of SQL.

    Example:
        >>> ident('a"b')
        '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def pointer(*keys: str) -> str:
    """The JSON pointer (RFC 6901) to a value inside a record.

    Example:
        >>> pointer("user/angle"), pointer("imu/accel", "0")
        ('/user~1angle', '/imu~1accel/0')
    """
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def array(texts: Iterable[str]) -> str:
    """Texts as a list of SQL.

    Example:
        >>> array(["a", "b"])
        "['a', 'b']"
    """
    return "[" + ", ".join(map(literal, texts)) + "]"


def glob_free(path: str) -> str:
    """A path that the engine does not take for a pattern: folders may have brackets in their names.

    Example:
        >>> glob_free("data[1]/x?")
        'data[[]1]/x[?]'
    """
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


def is_sayable(text: str) -> bool:
    """Whether a query can hold a text: it has no NUL, and no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
