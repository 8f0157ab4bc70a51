"""The HTML page of a report: text, numbers and pictures in one file that can be mailed."""

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from donkeycar.files import write_atomically

STYLE = """
:root { color-scheme: light dark; --ink: #16202b; --soft: #566272; --line: #e3e7ec;
  --paper: #fff; --ground: #f4f6f8; --code: #eef1f4; --warn: #fff4d6; --shade: #0002;
  --series-0: #0b6bcb; --series-1: #d55e00; --series-2: #009e73; --series-3: #cc79a7;
  --series-4: #e69f00; --series-5: #56b4e9; --series-6: #8c564b; --series-7: #9467bd; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #9fadbb; --line: #2f3a45;
  --paper: #171e25; --ground: #0e1317; --code: #242d36; --warn: #3d3213; --shade: #0008;
  --series-0: #4da3ff; } }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--ground); }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
.lead { color: var(--soft); margin: 0 0 1.5rem; max-width: 46rem; }
.note { background: var(--warn); border-radius: 10px; padding: .6rem 1rem; margin: 0 0 1rem; }
.cards { display: grid; gap: 1rem; grid-auto-flow: dense;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px;
  padding: 1rem; min-width: 0; }
.wide { grid-column: 1 / -1; } .card p { color: var(--soft); font-size: .9rem; margin: .5rem 0 0; }
/* What does not fit on a phone is pushed aside by a finger; a shadow says that there is more. */
.scroll { overflow-x: auto; background:
  linear-gradient(90deg, var(--paper) 30%, transparent) 0 / 2rem 100% no-repeat local,
  linear-gradient(-90deg, var(--paper) 30%, transparent) 100% / 2rem 100% no-repeat local,
  linear-gradient(90deg, var(--shade), transparent) 0 / .6rem 100% no-repeat,
  linear-gradient(-90deg, var(--shade), transparent) 100% / .6rem 100% no-repeat; }
.wide svg { min-width: 44rem; }
img, svg { width: 100%; max-width: 56rem; height: auto; display: block; margin: 0 auto; }
img { border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; color: var(--soft); padding-right: 1rem; }
th, td { padding: .35rem 0; border-top: 1px solid var(--line); vertical-align: top; }
thead th + th { text-align: right; padding-right: 0; }
th + td, td + td, th + th { padding-left: 1rem; } .columns td { white-space: nowrap; }
.columns tbody th { min-width: 6.5rem; overflow-wrap: anywhere; }
tr:first-child > * { border-top: 0; } tbody tr:first-child > * { border-top: inherit; }
td { text-align: right; } small { display: block; color: var(--soft); }
code { background: var(--code); padding: .1rem .35rem; border-radius: 4px;
  overflow-wrap: anywhere; }
"""
SVG = "image/svg+xml"


@dataclass(frozen=True)
class Picture:
    """One picture with its text.

    Attributes:
        title: A few words above it.
        caption: One or two sentences below it that say what to look for.
        data: The bytes of the file.
        kind: Its MIME type.
        wide: Whether it takes the whole width.
    """

    title: str
    caption: str
    data: bytes
    kind: str = "image/png"
    wide: bool = False


@dataclass(frozen=True)
class Table:
    """Figures in rows and columns.

    Attributes:
        title: A few words above it.
        caption: One or two sentences below it.
        head: Names of the columns, the first of them that of the rows.
        rows: A name, and a value for every other column; text after a line break is shown below
            the value, in small letters.
    """

    title: str
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def write_page(
    path: Path,
    *,
    title: str,
    lead: str,
    rows: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
    tables: Sequence[Table] = (),
    pictures: Sequence[Picture] = (),
    commands: Sequence[str] = (),
) -> Path:
    """Write a report; the file appears complete or not at all.

    Args:
        path: The HTML file.
        title: Heading.
        lead: One or two sentences below it.
        rows: Names and values of the first table.
        notes: Sentences that must not be overlooked, shown first.
        tables: Tables, in the order in which they are shown.
        pictures: Pictures, in the order in which they are shown.
        commands: Commands to type next, one line each.

    Returns:
        `path`.
    """
    cards = []
    if rows:
        table = "".join(
            f"<tr><th>{_text(name)}</th><td>{_text(word)}</td></tr>" for name, word in rows
        )
        cards.append(f'<section class="card"><h2>Figures</h2><table>{table}</table></section>')
    cards += [_table_card(table) for table in tables]
    cards += [_card(picture) for picture in pictures if picture.data]
    if commands:
        lines = "".join(f"<p><code>{_text(command)}</code></p>" for command in commands)
        cards.append(f'<section class="card wide"><h2>Next</h2>{lines}</section>')
    warnings = "".join(f'<p class="note">{_text(note)}</p>' for note in notes)
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{STYLE}</style></head><body><main>"
        f'<h1>{_text(title)}</h1><p class="lead">{_text(lead)}</p>'
        f'{warnings}<div class="cards">{"".join(cards)}</div></main></body></html>\n'
    )
    write_atomically(path, page)
    return path


def _card(picture: Picture) -> str:
    if picture.kind == SVG:  # part of the page itself, so that it uses the colours of the page
        shown = picture.data.decode()
    else:
        data = base64.b64encode(picture.data).decode()
        shown = f'<img alt="{_text(picture.title)}" src="data:{picture.kind};base64,{data}">'
    return (
        f'<section class="card{" wide" if picture.wide else ""}">'
        f'<h2>{_text(picture.title)}</h2><div class="scroll">{shown}</div>'
        f"<p>{_text(picture.caption)}</p></section>"
    )


def _table_card(table: Table) -> str:
    head = "".join(f"<th>{_text(name)}</th>" for name in table.head)
    body = "".join(
        f"<tr>{_cell(name, 'th')}{''.join(map(_cell, figures))}</tr>"
        for name, *figures in table.rows
    )
    return (
        f'<section class="card wide"><h2>{_text(table.title)}</h2><div class="scroll">'
        f'<table class="columns"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f"<p>{_text(table.caption)}</p></section>"
    )


def _cell(words: str, tag: str = "td") -> str:
    first, _, below = words.partition("\n")
    small = f"<small>{_text(below)}</small>" if below else ""
    return f"<{tag}>{_text(first)}{small}</{tag}>"


def _text(words: str) -> str:
    return html.escape(words)
