"""Whatever the words and the values: no markup from a value, no line, no brace left over."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from mailroom.message import (
    ADDRESS,
    BODY,
    BUTTON,
    PREHEADER,
    SUBJECT,
    Frame,
    Words,
    check_words,
    compile_message,
)

FRAME = Frame(
    html=f'<title>{SUBJECT}</title><i>{PREHEADER}</i>{BODY}<a href="{ADDRESS}">{BUTTON}</a>',
    text=f"{BODY}\n\n{BUTTON}: {ADDRESS}",
    styles=dict.fromkeys(("p", "h1", "h2", "h3", "ul", "ol", "li", "strong", "em", "a"), ""),
    site="https://klaver.example",
)
MARKUP = st.sampled_from(
    [
        *"<>&\"'{}[]()*_`#|\\!-",
        "\n",
        "\n\n",
        "\r\n",
        "](",
        "<b>",
        "</td>",
        "{name}",
        "\ue000",
        "\x00",
    ]
)
values = st.text(max_size=60) | st.lists(MARKUP | st.text(max_size=4), max_size=12).map("".join)
bodies = st.lists(
    MARKUP
    | st.sampled_from(["{name}", "**", "# ", "- ", "1. ", "[a](", "http://a.example/"])
    | st.text(max_size=6),
    max_size=25,
).map("".join)


class Seen(HTMLParser):
    """What a browser makes of it: the tags, where links lead, and the words."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.words, self.links = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.words.append(data)


def words_around(body="Dear **{name}**, *hello*."):
    return Words("To {name}: news", "For {name}", body, "Go {name}", "https://a.example/{name}")


@given(value=values)
def test_a_value_stands_there_once_and_brings_nothing_along(value):
    compiled = compile_message(words_around(), FRAME)

    neutral, message = compiled.fill({"name": "Anna"}), compiled.fill({"name": value})

    shown = " ".join("".join(s if s.isprintable() else "\0" for s in value).split())
    seen, expected = Seen(message.html), Seen(neutral.html)
    if any(sign.isprintable() and not sign.isspace() for sign in value):
        assert seen.tags == expected.tags
        assert all(link.startswith("https://a.example/") for link in seen.links)
    if shown and "\0" not in shown:
        assert message.subject == f"To {shown}: news"
        assert message.text.startswith(f"Dear {shown}, hello.\n")
        assert "".join(seen.words).count(f"Dear {shown}, hello.") == 1
    assert len(message.subject.splitlines()) == 1
    assert len(message.text.splitlines()) == len(neutral.text.splitlines())


@given(body=bodies, value=values)
def test_whatever_is_written_no_tag_comes_through_that_is_not_ours(body, value):
    message = compile_message(words_around(body), FRAME).fill({"name": value})

    seen = Seen(message.html)
    assert set(seen.tags) <= {*FRAME.styles, "title", "i", "br"}
    assert all(not link or link.startswith(("http", "mailto:")) for link in seen.links)
    assert not [sign for sign in message.text + message.html if "\ue000" <= sign <= "\uf8ff"]


@given(body=bodies)
def test_words_without_a_fault_leave_no_brace_in_the_text(body):
    words = words_around(body.replace("\\", ""))
    if check_words(words, {"name"}):
        return

    for facts in ({}, {"name": "Anna"}):
        message = compile_message(words, FRAME).fill(facts)
        assert not {"{", "}"} & set(message.subject + message.text + message.html)


@given(body=bodies)
def test_a_fault_names_a_line_that_is_there(body):
    faults = check_words(words_around(body), {"name"})

    lines = body.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= fault.line <= lines for fault in faults if fault.field == "body")
