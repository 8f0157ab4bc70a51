"""The HTML of a report: text, numbers and pictures in one file that can be mailed."""

import base64
import html
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

STYLE = """
:root { color-scheme: light; --ink: #16202b; --soft: #566272; --line: #e3e7ec; --accent: #0b6bcb; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: #f4f6f8; }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
.lead { color: var(--soft); margin: 0 0 1.5rem; max-width: 46rem; }
.cards { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.card { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 1rem; }
.wide { grid-column: 1 / -1; } .card p { color: var(--soft); font-size: .9rem; margin: .5rem 0 0; }
img { width: 100%; max-width: 56rem; height: auto; display: block; margin: 0 auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; color: var(--soft); padding-right: 1rem; }
th, td { padding: .35rem 0; border-top: 1px solid var(--line); vertical-align: top; }
tr:first-child > * { border-top: 0; } td { text-align: right; }
code { background: #eef1f4; padding: .1rem .35rem; border-radius: 4px; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True)
class Picture:
    """One picture with what it shows.

    Attributes:
        title: A few words above it.
        caption: One or two sentences below it: what to look for.
        data: The file's bytes.
        kind: Its MIME type.
        wide: Whether it takes the whole width.
    """

    title: str
    caption: str
    data: bytes
    kind: str = "image/png"
    wide: bool = False


def write_page(
    path: Path,
    *,
    title: str,
    lead: str,
    rows: Sequence[tuple[str, str]],
    pictures: Sequence[Picture],
    commands: Sequence[str] = (),
) -> Path:
    """Write a report; the file appears whole or not at all.

    Args:
        path: The HTML file.
        title: Heading.
        lead: One or two sentences below it.
        rows: Names and figures of the table.
        pictures: Shown in this order.
        commands: What to type next, one line each.

    Returns:
        `path`.
    """
    table = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(figure)}</td></tr>"
        for name, figure in rows
    )
    cards = [f'<section class="card"><h2>Figures</h2><table>{table}</table></section>']
    cards += [_card(picture) for picture in pictures if picture.data]
    if commands:
        lines = "".join(f"<p><code>{html.escape(command)}</code></p>" for command in commands)
        cards.append(f'<section class="card wide"><h2>Next</h2>{lines}</section>')
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f'<h1>{html.escape(title)}</h1><p class="lead">{html.escape(lead)}</p>'
        f'<div class="cards">{"".join(cards)}</div></main></body></html>\n'
    )
    scratch = path.with_name(f".{path.name}.new")
    scratch.write_text(page, encoding="utf-8")
    os.replace(scratch, path)
    return path


def _card(picture: Picture) -> str:
    data = base64.b64encode(picture.data).decode()
    return (
        f'<section class="card{" wide" if picture.wide else ""}">'
        f"<h2>{html.escape(picture.title)}</h2>"
        f'<img alt="{html.escape(picture.title)}" src="data:{picture.kind};base64,{data}">'
        f"<p>{html.escape(picture.caption)}</p></section>"
    )
