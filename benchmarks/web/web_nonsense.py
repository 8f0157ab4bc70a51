"""Hostile messages and requests for the console: the same ones for the same seed.

No message holds a valid throttle other than 0.
"""

import json
import random

from benchmarks.web.console_client import Socket

FIELDS = [
    "angle", "throttle", "drive_mode", "recording", "buttons", "max_throttle", "seq", "echo",
    "ping", "resume", "take", "give", "bye", "__proto__", "constructor", "", "Throttle",
]  # fmt: skip
# As they are written into the message; none is a valid throttle but the zeros.
VALUES = [
    "NaN", "Infinity", "-Infinity", "1e308", "-1e308", "1e999", "-0.0", "0", "0.0", "0e0", "true",
    "false", "null", '""', '"abc"', '"0.5"', '"NaN"', "[]", "{}", "[0.5]", '{"w1":true}',
    '{"w9":true}', '{"w1":0.5}', "1" * 400, "-" + "9" * 4000, "0." + "0" * 300 + "x", "1.0000001",
    "-1.01", "99", '"\\ud800"', '"\\u0000"', '"user"', '"local"', '"local_angle"', "0x10", "01",
    "+1", ".5", "5.", "--1", "1 2", "[" * 9, "[" * 2000, '{"a":' * 500, '"' + "x" * 3000 + '"',
    "undefined", "'a'", "//", "\\", "\t0", "2147483648", "9007199254740993", "-1",
]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "TRACE", "PATCH", "BREW", "get"]
PATHS = [
    "/", "/drive", "/pair", "/invite", "/wsDrive", "/video?x", "/wsVideo", "/static/style.css",
    "//", "/%00", "/%2e%2e/%2e%2e/etc/passwd", "/static/..;/", "/static/%2e%2e%2fserver.py",
    "/..//../etc/passwd", "/" + "a" * 3000, "/drive?throttle=1", "http://evil/", "*", "/\x7f",
]  # fmt: skip


class Fuzzer:
    """Makes random messages; equal seeds give equal messages."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - not a secret

    def message(self, page: Socket) -> bytes:
        """One message, from nearly valid to pure noise."""
        chance = self.chance
        match chance.randrange(8):
            case 0 | 1 | 2 | 3:
                text = self._fields(page)
            case 4:
                text = self._mutated(page)
            case 5:
                text = chance.randbytes(chance.choice([0, 1, 125, 126, 127, 1000, 4096]))
            case 6:
                text = self._deep()
            case _:
                text = chance.choice(VALUES).encode("utf-8", "surrogatepass")
        return text[:4096]

    def _fields(self, page: Socket) -> bytes:
        names = self.chance.choices(FIELDS, k=self.chance.choice([1, 1, 2, 3, 5, 40]))
        pairs = [f"{json.dumps(name)}:{self.chance.choice(VALUES)}" for name in names]
        if self.chance.random() < 0.5:
            page.seq += 1
            pairs += [f'"seq":{page.seq}', f'"echo":{page.state["tick"]}']
        return ("{" + ",".join(pairs) + "}").encode()

    def _mutated(self, page: Socket) -> bytes:
        page.seq += 1
        good = {"angle": 0.5, "drive_mode": "user", "seq": page.seq, "echo": page.state["tick"]}
        text = bytearray(json.dumps(good).encode())
        for _ in range(self.chance.randint(1, 4)):
            text[self.chance.randrange(len(text))] = self.chance.randrange(256)
        return bytes(text)

    def _deep(self) -> bytes:
        opener = self.chance.choice([b"[", b'{"a":', b'{"throttle":', b'[{"x":['])
        return opener * self.chance.choice([1, 8, 9, 100, 1000])

    def request(self, host: str, token: str) -> bytes:
        """One HTTP request, often a malformed one."""
        chance = self.chance
        body = chance.choice([b"", b"{}", b'{"angle":"x"}', b"[" * 9000, b"x" * 16_385])
        headers = [
            f"Host: {chance.choice([host] * 8 + ['evil.example', ''])}",
            *chance.choices(
                [
                    f"Content-Length: {len(body)}",
                    "Content-Length: -1",
                    "Content-Length: 99999999999",
                    "Content-Length: 1\r\nContent-Length: 2",
                    "Transfer-Encoding: chunked",
                    "Content-Type: application/json",
                    "Content-Type: application/x-www-form-urlencoded",
                    "Content-Encoding: gzip",
                    f"Authorization: Bearer {token}",
                    "Authorization: Bearer \xff",
                    "Cookie: " + "a=b; " * 200,
                    "Cookie: donkeycar_1=\x01",
                    "Origin: null",
                    f"Origin: http://{host}",
                    "Upgrade: nonsense\r\nConnection: Upgrade",
                    "Upgrade: websocket\r\nConnection: Upgrade",
                    "Range: bytes=0-0,1-1,-5",
                    "Expect: 100-continue",
                    "If-None-Match: *",
                    "X: " + "y" * 20_000,
                    " folded",
                    "no colon",
                    "\x00: \x00",
                ],
                k=chance.choice([0, 1, 1, 2, 2, 3, 6]),
            ),
        ]
        version = chance.choice(["HTTP/1.1"] * 8 + ["HTTP/1.0", "HTTP/9.9", "", "nonsense"])
        lines = [f"{chance.choice(METHODS)} {chance.choice(PATHS)} {version}", *headers]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
