"""The small Markdown of a message: variables, what may stand in it, and its two forms; no database."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mailroom.slots import ADDRESS, PART, PLACE, PRIVATE, SAFE_ADDRESS, Slot

BRACES = str.maketrans({"\ue010": "{", "\ue011": "}"})
FIRST = 0xF0000
"""From here on each private sign stands for one variable while the Markdown is read."""
VARIABLE = re.compile("[\U000f0000-\U0010ffff]")
BRACED = re.compile(r"\\\\|\\[{}]|\{([^{}\n]*)\}|[{}]")
NAME = re.compile(r"[a-z][a-z0-9_]*")
GOOD_ADDRESS = re.compile(r"https?://[\w.-]+(:\d+)?([/?#].*)?|mailto:.+|/(?!/).*", re.DOTALL)
BAD_SIGNS = re.compile(r"[\s\x00-\x1f\"'<>\\`^|\ue010\ue011]")
LOOKS_LIKE_HTML = re.compile(r"<[A-Za-z/!?]")
REFUSED = {
    "html_block": "html",
    "html_inline": "html",
    "image": "image",
    "code_block": "code",
    "code_inline": "code",
    "fence": "code",
    "table_open": "table",
    "blockquote_open": "quote",
    "hr": "rule",
}
WIDTH = 72
GUESSED = 8
"""How wide a value is taken to be where lines are broken."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`{name}` or `{name|otherwise}`, and the line where it stands."""

    name: str
    otherwise: str
    line: int


@dataclass(slots=True)
class Marked:
    """A text in which one private sign stands for each variable."""

    text: str
    variables: list[Variable] = field(default_factory=list)
    odd: list[tuple[str, int]] = field(default_factory=list)
    """What stands between or beside braces that is no variable, with its line."""

    def words(self, text: str, written: Callable[[str], str]) -> str:
        """Write a part of the text, its variables as places to fill."""
        return VARIABLE.sub(
            lambda sign: self._slot(sign[0], written).mark(), written(text).translate(BRACES)
        )

    def _slot(self, sign: str, written: Callable[[str], str]) -> Slot:
        variable = self.variables[ord(sign) - FIRST]
        return Slot(variable.name, empty=written(variable.otherwise))

    def address(self, address: str, written: Callable[[str], str], site: str) -> str:
        """Write where a link leads; what is filled in there cannot lead elsewhere."""
        if not is_good_address(address):
            return ""
        if address.startswith("/"):
            address = site + address

        def place(sign: re.Match[str]) -> str:
            variable = self.variables[ord(sign[0]) - FIRST]
            if sign.start():
                return Slot(variable.name, PART, empty=quote(variable.otherwise, safe="")).mark()
            safe = SAFE_ADDRESS.fullmatch(variable.otherwise)
            return Slot(
                variable.name, ADDRESS, empty=written(variable.otherwise) if safe else ""
            ).mark()

        return VARIABLE.sub(place, written(address).translate(BRACES))

    def starts_with(self, address: str) -> Variable | None:
        """The variable that an address begins with, if it does."""
        sign = VARIABLE.match(address)
        return self.variables[ord(sign[0]) - FIRST] if sign else None


def marked(source: str) -> Marked:
    """Find the variables of a text. A backslash before a brace makes it an ordinary sign."""
    found = Marked("")
    text = PRIVATE.sub("", source.replace("\r\n", "\n").replace("\r", "\n"))

    def mark(braced: re.Match[str]) -> str:
        written = braced[0]
        if written == "\\\\":
            return written
        if written in {"\\{", "\\}"}:
            return "\ue010" if written[1] == "{" else "\ue011"
        line = text.count("\n", 0, braced.start()) + 1
        name, _bar, otherwise = (braced[1] or "").partition("|")
        name = name.strip().lower()
        if not NAME.fullmatch(name):
            found.odd.append((written, line))
            return "\ue010" + written[1:-1] + "\ue011" if len(written) > 1 else _brace(written)
        found.variables.append(Variable(name, " ".join(otherwise.split()), line))
        return chr(FIRST + len(found.variables) - 1)

    found.text = BRACED.sub(mark, text)
    return found


def _brace(sign: str) -> str:
    return "\ue010" if sign == "{" else "\ue011"


def is_good_address(address: str) -> bool:
    """Tell whether a link may lead there: to the web, a mailbox, or a page of our own."""
    if BAD_SIGNS.search(address):
        return False
    return bool(VARIABLE.match(address) or GOOD_ADDRESS.fullmatch(VARIABLE.sub("\x00", address)))


class _Reader(MarkdownIt):
    """Leaves addresses as they were written: we judge them ourselves."""

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


READER = _Reader("commonmark", {"html": True}).enable("table")
# An entity could spell our own signs; the others make something of what nobody meant.
READER.disable(["entity", "reference", "lheading"])


def tokens_of(body: Marked) -> list[Token]:
    return READER.parse(body.text)


def inline_tokens(tokens: list[Token]) -> Iterator[tuple[Token, int]]:
    """Each thing within the lines, with the line where it stands."""
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        for child in token.children or ():
            yield child, line
            line += child.type in {"softbreak", "hardbreak"}


def faults_of(body: Marked, tokens: list[Token]) -> Iterator[tuple[str, int, str]]:
    """What may not stand in a body: why, on which line, and the words in question."""
    for token in tokens:
        if token.type in REFUSED:
            yield REFUSED[token.type], (token.map[0] + 1 if token.map else 1), ""
    for child, line in inline_tokens(tokens):
        if child.type in REFUSED:
            yield REFUSED[child.type], line, ""
        elif child.type == "link_open" and not is_good_address(_href(child)):
            yield "address", line, shown(body, _href(child))
        elif child.type == "text" and LOOKS_LIKE_HTML.search(child.content):
            yield "html", line, ""
        elif child.type == "text" and "](" in child.content:
            yield "link", line, ""


def links_of(tokens: list[Token]) -> Iterator[tuple[str, int]]:
    """Where the links lead, and the line of each."""
    for child, line in inline_tokens(tokens):
        if child.type == "link_open":
            yield _href(child), line


def shown(body: Marked, text: str) -> str:
    """Write a part of a body as its writer knows it."""
    names = [variable.name for variable in body.variables]
    return VARIABLE.sub(lambda sign: f"{{{names[ord(sign[0]) - FIRST]}}}", text).translate(BRACES)


def _href(token: Token) -> str:
    return str(token.attrs.get("href", ""))


TAGS = {"strong_open": "strong", "em_open": "em"}
BREAKS = {"softbreak", "hardbreak"}


def html_of(body: Marked, tokens: list[Token], styles: Mapping[str, str], site: str) -> str:
    """Write a body as HTML whose every tag carries its own style, as mail programs want it."""
    written: list[str] = []
    for token in tokens:
        if token.type == "inline":
            written += _inline_html(body, token.children or [], styles, site)
        elif token.type in {"code_block", "fence", "html_block"}:
            written.append(_tag("p", styles) + body.words(token.content, escape) + "</p>\n")
        elif token.hidden:
            # The paragraphs of a tight list have no tags; a list within one stands apart anyhow.
            continue
        else:
            written.append(_block_tag(token, styles))
    return "".join(written).strip()


def _block_tag(token: Token, styles: Mapping[str, str]) -> str:
    tag = "h3" if token.tag in {"h4", "h5", "h6"} else token.tag
    tag = "p" if tag in {"td", "th"} else tag
    if tag not in styles:
        return ""
    if token.nesting < 0:
        return f"</{tag}>\n"
    start = token.attrs.get("start")
    return _tag(tag, styles, f' start="{int(start)}"' if start is not None else "")


def _tag(tag: str, styles: Mapping[str, str], more: str = "") -> str:
    style = styles.get(tag)
    return f'<{tag}{more} style="{style}">' if style else f"<{tag}{more}>"


def _inline_html(
    body: Marked, tokens: list[Token], styles: Mapping[str, str], site: str
) -> Iterator[str]:
    for token in tokens:
        if token.type in TAGS:
            yield _tag(TAGS[token.type], styles)
        elif token.type in {"strong_close", "em_close"}:
            yield f"</{token.tag}>"
        elif token.type == "link_open":
            yield _tag("a", styles, f' href="{body.address(_href(token), escape, site)}"')
        elif token.type == "link_close":
            yield "</a>"
        elif token.type in BREAKS:
            yield "<br>\n"
        else:
            yield body.words(token.content, escape)


def text_of(body: Marked, tokens: list[Token], site: str) -> str:
    """Write a body as plain text: lines of a mail's width, links with their address."""
    written = _PlainText(body, site)
    for token in tokens:
        written.take(token)
    return body.words("\n".join(written.lines), str)


class _PlainText:
    """Writes block after block, and remembers in which lists it stands."""

    def __init__(self, body: Marked, site: str) -> None:
        self.lines: list[str] = []
        self._body, self._site = body, site
        self._numbers: list[int | None] = []
        self._indents: list[int] = []
        self._marker = ""
        self._is_tight = self._in_tight = False
        self._heading = ""

    def take(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                start = token.attrs.get("start", 1)
                self._numbers.append(int(start) if token.tag == "ol" else None)
            case "bullet_list_close" | "ordered_list_close":
                self._numbers.pop()
                self._in_tight = bool(self._numbers) and self._in_tight
            case "list_item_open":
                self._open_item()
            case "list_item_close":
                self._indents.pop()
            case "paragraph_open":
                self._is_tight = token.hidden
            case "heading_open":
                self._heading = "=" if token.tag == "h1" else "-"
            case "inline" | "code_block" | "fence" | "html_block":
                self._block(token)

    def _open_item(self) -> None:
        number = self._numbers[-1]
        self._marker = "- " if number is None else f"{number}. "
        if number is not None:
            self._numbers[-1] = number + 1
        self._indents.append(len(self._marker))

    def _block(self, token: Token) -> None:
        if self.lines and not (self._is_tight and self._in_tight):
            self.lines.append("")
        indent = sum(self._indents)
        first = " " * (indent - len(self._marker)) + self._marker
        words = self._inline(token.children) if token.children else token.content.strip()
        rows = [row for line in words.split("\n") for row in _wrapped(line, WIDTH - indent)]
        for number, row in enumerate(rows):
            self.lines.append((" " * indent if number else first) + row)
        if self._heading:
            self.lines.append(self._heading * min(WIDTH, max(map(_width, rows))))
        self._in_tight, self._is_tight = bool(self._numbers), False
        self._marker = self._heading = ""

    def _inline(self, tokens: list[Token]) -> str:
        written: list[str] = []
        begun: list[tuple[str, int]] = []
        for token in tokens:
            if token.type == "link_open":
                begun.append((_href(token), len(written)))
            elif token.type == "link_close":
                address, start = begun.pop()
                written[start:] = [self._link("".join(written[start:]), address)]
            else:
                written.append("\n" if token.type in BREAKS else token.content)
        return "".join(written)

    def _link(self, label: str, address: str) -> str:
        if not is_good_address(address):
            return label
        whole = self._body.address(address, str, self._site)
        plain = whole.removeprefix("mailto:")
        same = label in {address, address.removeprefix("mailto:")}
        return plain if same else f"{label} ({plain})"


def _wrapped(line: str, width: int) -> list[str]:
    """Break a line between words; an address stays whole."""
    rows, row = [], ""
    for word in line.split():
        longer = f"{row} {word}" if row else word
        if row and _width(longer) > width:
            rows.append(row)
            row = word
        else:
            row = longer
    return [*rows, row]


def _width(row: str) -> int:
    row = PLACE.sub("x" * GUESSED, row)
    return len(row) + (GUESSED - 1) * len(VARIABLE.findall(row))
