"""The words of a message: one source gives text and HTML, and what is wrong with it is said."""

import pytest

from mailroom.message import (
    ADDRESS,
    BODY,
    BUTTON,
    Frame,
    Words,
    check_words,
    compile_message,
)

TAGS = ("p", "h1", "h2", "h3", "ul", "ol", "li", "strong", "em", "a")
FRAME = Frame(
    html=f'<div>{BODY}<a href="{ADDRESS}">{BUTTON}</a></div>',
    text=f"{BODY}\n\n{BUTTON}\n{ADDRESS}\n",
    styles=dict.fromkeys(TAGS, ""),
    site="https://klaver.example",
)
KNOWN = {"first_name", "name", "points", "tier"}


def written(body, subject="Subject", facts=None, **parts):
    compiled = compile_message(Words(subject=subject, body=body, **parts), FRAME)
    return compiled.fill(facts or {})


def codes(body="Hello", subject="Subject", **parts):
    faults = check_words(Words(subject=subject, body=body, **parts), KNOWN, {"url"})
    return [(fault.field, fault.line, fault.code) for fault in faults]


def test_one_source_becomes_html_and_text():
    body = "# News\n\nHello **{name}**, *look*:\n\n- one\n- two\n\n1. a\n2. b\n\n[Read](/news/) it."

    message = written(body, facts={"name": "Anna"})

    assert "<h1>News</h1>" in message.html
    assert "<p>Hello <strong>Anna</strong>, <em>look</em>:</p>" in message.html
    assert "<ul><li>one</li>\n<li>two</li>\n</ul>" in message.html
    assert '<a href="https://klaver.example/news/">Read</a> it.' in message.html
    assert message.text.startswith(
        "News\n====\n\nHello Anna, look:\n\n- one\n- two\n\n1. a\n2. b\n"
    )
    assert "Read (https://klaver.example/news/) it." in message.text


def test_lists_within_lists_keep_their_place_in_text():
    message = written("- one\n  - inner\n  - more\n- two\n\n  second paragraph")

    assert "- one" in message.text
    assert "\n  - inner\n" in message.text
    assert "\n  second paragraph" in message.text


def test_text_is_broken_between_words_and_addresses_stay_whole():
    address = "https://shop.example/" + "a" * 90

    message = written(f"{'word ' * 40} {address}")

    lines = message.text.splitlines()
    assert address in lines
    assert max(len(line) for line in lines if line != address) <= 72


def test_a_line_break_stays_one():
    assert "one<br>\ntwo" in written("one\ntwo").html
    assert "one\ntwo" in written("one\ntwo").text


@pytest.mark.parametrize(
    ("source", "with_name", "without"),
    [
        ("Hello {first_name}, look", "Hello Anna, look", "Hello, look"),
        ("Hello **{first_name}**!", "Hello Anna!", "Hello!"),
        ("{first_name}, look here", "Anna, look here", "Look here"),
        ("Your {tier} card", "Your Gold card", "Your card"),
        ("For {first_name|you} only", "For Anna only", "For you only"),
        ("See you, {first_name}", "See you, Anna", "See you,"),
        ("{points|Nothing} yet", "12 yet", "Nothing yet"),
    ],
)
def test_a_missing_value_leaves_no_gap(source, with_name, without):
    facts = {"first_name": "Anna", "tier": "Gold", "points": "12"}
    named, nameless = written(source, source, facts), written(source, source)

    assert named.text.startswith(with_name)
    assert nameless.text.startswith(without + "\n")
    assert named.subject.replace("*", "") == with_name
    if "*" not in source:
        assert nameless.subject == without
    assert f"<p>{without}</p>" in nameless.html.replace("<strong>", "").replace("</strong>", "")


def test_a_value_is_neither_markup_nor_a_header():
    evil = "**<b>Anna</b>**\r\nBcc: evil@example.nl\x00\u202e"

    message = written("Hello {name}", "Hello {name}", {"name": evil})

    assert message.subject == "Hello **<b>Anna</b>** Bcc: evil@example.nl"
    assert "Hello **<b>Anna</b>** Bcc: evil@example.nl\n" in message.text
    assert "<p>Hello **&lt;b&gt;Anna&lt;/b&gt;** Bcc: evil@example.nl</p>" in message.html


def test_a_value_in_an_address_cannot_lead_elsewhere():
    message = written(
        "[a](https://shop.example/?q={name}) [b]({name}) [c](https://{name}.example/)",
        facts={"name": 'javascript:alert(1)"'},
    )

    assert "https://shop.example/?q=javascript%3Aalert%281%29%22" in message.html
    assert "javascript:" not in message.html.replace("javascript:alert(1)&quot;", "")
    assert 'href=""' in message.html


def test_a_whole_address_can_be_a_value_that_is_one():
    parts = {"button": "Go", "address": "{url}"}

    good = written("x", facts={"url": "https://shop.example/?a=1&b=2"}, **parts)
    bad = written("x", facts={"url": "javascript:alert(1)"}, **parts)

    assert 'href="https://shop.example/?a=1&amp;b=2"' in good.html
    assert "https://shop.example/?a=1&b=2" in good.text
    assert "javascript" not in bad.html + bad.text


def test_braces_can_be_written_as_such():
    message = written(r"Use \{name\} here", r"\{x\}")

    assert "Use {name} here" in message.text
    assert message.subject == "{x}"


def test_a_long_subject_is_cut_once_it_is_filled():
    assert len(written("x", "Hello {name}", {"name": "a" * 500}).subject) == 200


def test_good_words_have_no_fault():
    body = "# A\n\nHello {first_name|you}, **{points}** [x](https://a.example/{tier}) <3 & 1 < 2"

    assert codes(body, button="Go", address="/card/") == []
    assert codes(address="{url}", button="Go") == []
    assert codes("[write](mailto:a@b.example) [page](/x/)") == []


@pytest.mark.parametrize(
    ("body", "line", "code"),
    [
        ("a\n\n{nmae}", 3, "unknown_variable"),
        ("a {name", 1, "brace"),
        ("a\nname}", 2, "brace"),
        ("{two words}", 1, "not_a_name"),
        ("a\n\n<b>x</b>", 3, "html"),
        ("a\n\n<div>\nx", 3, "html"),
        ("a\n<b", 2, "html"),
        ("<!-- x", 1, "html"),
        ("![a](https://a.example/b.png)", 1, "image"),
        ("`x`", 1, "code"),
        ("```\nx\n```", 1, "code"),
        ("a\n\n    x", 3, "code"),
        ("|a|b|\n|-|-|\n|1|2|", 1, "table"),
        ("> x", 1, "quote"),
        ("a\n\n---", 3, "rule"),
        ("[a](javascript:alert(1))", 1, "address"),
        ("[a](ftp://a.example)", 1, "address"),
        ("[a](//a.example)", 1, "address"),
        ("[a](http://{name}.example/)", 1, "address"),
        ("[a](http://a@b.example/)", 1, "address"),
        ("[a]()", 1, "address"),
        ("x\n[a]({name})", 2, "address_from_value"),
        ("[a](http://a b)", 1, "link"),
        ("a\x00b", 1, "control"),
        ("", 1, "empty"),
        ("a" * 20_001, 1, "too_long"),
    ],
)
def test_what_may_not_stand_in_a_body_is_named_with_its_line(body, line, code):
    assert ("body", line, code) in codes(body)


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"subject": "  "}, ("subject", 1, "empty")),
        ({"subject": "a" * 121}, ("subject", 1, "too_long")),
        ({"subject": "a\nBcc: b"}, ("subject", 2, "line_break")),
        ({"subject": "{nmae}"}, ("subject", 1, "unknown_variable")),
        ({"preheader": "{"}, ("preheader", 1, "brace")),
        ({"button": "Go"}, ("address", 1, "no_address")),
        ({"address": "/x/"}, ("button", 1, "no_button")),
        ({"button": "Go", "address": "javascript:x"}, ("address", 1, "address")),
        ({"button": "Go", "address": "{name}"}, ("address", 1, "address_from_value")),
    ],
)
def test_what_is_wrong_beside_the_body_is_named(parts, fault):
    assert fault in codes(**parts)


def test_who_mistypes_a_name_hears_the_nearest():
    [fault] = check_words(Words("Hello {frist_name}", body="x"), KNOWN)

    assert fault.facts == {"name": "frist_name", "nearest": "first_name"}


def test_a_message_says_what_it_wants_to_know():
    words = Words("{name}", "{points}", "{tier|x}", "{first_name}", "https://a.example/{name}")

    assert compile_message(words, FRAME).wanted == KNOWN - {"points"}
