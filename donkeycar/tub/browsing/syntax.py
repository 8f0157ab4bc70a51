"""The language of filters: from a text to a tree.

A filter is a condition on the values of one record, such as ``abs(angle) > 0.9 and not deleted``.
It is read by the parser below and computed by `donkeycar.tub.browsing.where`; nothing of it is ever
run as Python.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from donkeycar.errors import TubError

MAX_LENGTH = 2000
# Brackets and signs inside each other.
MAX_DEPTH = 50
# Signs and words between values: each makes the tree one deeper.
MAX_OPERATORS = 100

_TOKENS = re.compile(
    r"(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*(?:/[A-Za-z_]\w*)*)"
    r"|`(?P<quoted>[^`]*)`"
    r"|\"(?P<text>[^\"]*)\"|'(?P<text2>[^']*)'"
    r"|(?P<sign><=|>=|==|!=|[<>+\-*/(),])",
    re.ASCII,
)
_BLANK = re.compile(r"\s*")
# What people write who know another language, and what it is here.
_INSTEAD = {
    "=": "==",
    "&": "and",
    "|": "or",
    "!": "not",
    "~": "not",
    "^": "* (no powers)",
    "%": "/",
}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_RESERVED = ("and", "or", "not")


class FilterError(TubError):
    """A filter that cannot be understood.

    Attributes:
        position: Where, as a number of characters from the start, from 0.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True)
class Number:
    """A number as it is written."""

    value: float
    position: int


@dataclass(frozen=True)
class Text:
    """A text in quotes."""

    value: str
    position: int


@dataclass(frozen=True)
class Name:
    """The name of a column, or its end."""

    name: str
    position: int


@dataclass(frozen=True)
class Call:
    """A function of some values: ``name(values)``, or a sign or word between or before them."""

    name: str
    values: tuple["Node", ...]
    position: int


Node = Number | Text | Name | Call


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


def parse(text: str) -> Node:
    """Read a filter.

    Args:
        text: The filter, at most `MAX_LENGTH` characters.

    Raises:
        FilterError: If it is none; it says what was expected, and where.
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(
            f"A filter must have at most {MAX_LENGTH} characters. Received: {len(text)}", MAX_LENGTH
        )
    return _Parser(text).whole()


def place_in(text: str, position: int) -> str:
    """A place in a filter, in words: its number from 1, and what stands there."""
    rest = text[position : position + 20].strip()
    return f"{rest!r} at character {position + 1}" if rest else "the end of the filter"


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    position = 0
    while True:
        blank = _BLANK.match(text, position)
        position = blank.end() if blank else position
        if position == len(text):
            return [*found, _Token("end", "", position)]
        match = _TOKENS.match(text, position)
        if match is None:
            sign = text[position]
            if sign in "`\"'":
                rule = f"A text or name that begins with {sign} must end with it"
            elif sign in _INSTEAD:
                rule = f"A filter says {_INSTEAD[sign]} instead of {sign}"
            else:
                rule = "A filter is made of names, numbers, texts, and signs such as < and +"
            raise FilterError(f"{rule}. Received: {place_in(text, position)}", position)
        kind = match.lastgroup or ""
        found.append(_Token(kind.removesuffix("2"), match[match.lastgroup or 0], position))
        position = match.end()


class _Parser:
    """Reads a filter from left to right, one method for each strength of binding."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0
        self._operators = 0

    def whole(self) -> Node:
        node = self._either()
        if self._token.kind != "end":
            self._fail("and, or, or a sign such as <")
        return node

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._token
        self._next += 1
        return token

    def _is(self, *words: str) -> bool:
        return self._token.kind in ("sign", "name") and self._token.text in words

    def _fail(self, expected: str) -> NoReturn:
        position = self._token.position
        raise FilterError(
            f"A filter needs {expected} here. Received: {place_in(self._text, position)}", position
        )

    def _either(self) -> Node:
        return self._chain(("or",), self._both)

    def _both(self) -> Node:
        return self._chain(("and",), self._negated)

    def _negated(self) -> Node:
        if self._is("not"):
            token = self._take()
            return Call("not", (self._deeper(self._negated),), token.position)
        return self._comparison()

    def _comparison(self) -> Node:
        """A sum, or sums that are compared; ``0 < a < 1`` means ``0 < a and a < 1``."""
        left = self._sum()
        whole: Node | None = None
        while self._is(*COMPARISONS):
            token = self._operator()
            right = self._sum()
            pair = Call(token.text, (left, right), token.position)
            whole = pair if whole is None else Call("and", (whole, pair), token.position)
            left = right
        return left if whole is None else whole

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/"), self._signed)

    def _signed(self) -> Node:
        if self._is("-", "+"):
            token = self._take()
            inner = self._deeper(self._signed)
            return inner if token.text == "+" else Call("minus", (inner,), token.position)
        return self._atom()

    def _chain(self, words: tuple[str, ...], part: Callable[[], Node]) -> Node:
        node = part()
        while self._is(*words):
            token = self._operator()
            node = Call(token.text, (node, part()), token.position)
        return node

    def _operator(self) -> _Token:
        self._operators += 1
        if self._operators > MAX_OPERATORS:
            self._fail(f"at most {MAX_OPERATORS} signs and words such as + and `and`, and no more")
        return self._take()

    def _deeper(self, part: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"at most {MAX_DEPTH} brackets and signs inside each other, and no more")
        node = part()
        self._depth -= 1
        return node

    def _atom(self) -> Node:
        token = self._token
        if self._is("("):
            self._take()
            node = self._deeper(self._either)
            self._close("a closing bracket")
            return node
        if token.kind == "number":
            return Number(float(self._take().text), token.position)
        if token.kind == "text":
            return Text(self._take().text, token.position)
        if token.kind == "quoted":
            return Name(self._take().text, token.position)
        if token.kind == "name" and token.text not in _RESERVED:
            self._take()
            return self._call(token) if self._is("(") else Name(token.text, token.position)
        self._fail("a name, a number or a bracket")

    def _call(self, name: _Token) -> Node:
        self._take()
        values = [self._deeper(self._either)]
        while self._is(","):
            self._take()
            values.append(self._deeper(self._either))
        self._close("a comma or a closing bracket")
        return Call(name.text, tuple(values), name.position)

    def _close(self, expected: str) -> None:
        if not self._is(")"):
            self._fail(expected)
        self._take()
