"""The little structure of a text of terms: headings, paragraphs and lists. Knows no framework."""

from dataclasses import dataclass

SIGNS = {"heading": "#", "list": "-"}


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, the lines of a paragraph or the items of a list."""

    kind: str
    lines: tuple[str, ...]


def blocks_of(text: str) -> list[Block]:
    """
    Take a text apart: `# ` begins a heading, `- ` an item, an empty line ends a paragraph.

    Whatever else stands in it is text; who shows it escapes it.
    """
    blocks: list[Block] = []
    before = "gap"
    for line in map(str.strip, text.splitlines()):
        kind = _kind(line)
        words = line.removeprefix(SIGNS.get(kind, "")).strip()
        if kind == before and kind in {"paragraph", "list"}:
            blocks[-1] = Block(kind, (*blocks[-1].lines, words))
        elif kind != "gap":
            blocks.append(Block(kind, (words,)))
        before = kind
    return blocks


def _kind(line: str) -> str:
    if not line:
        return "gap"
    if line.startswith("# "):
        return "heading"
    return "list" if line.startswith("- ") else "paragraph"
