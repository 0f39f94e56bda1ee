"""Words that everybody may use as a code: how one is read, whatever was typed; no database."""

from rewards.codes import ALPHABET, LOOK_ALIKE

SHORTEST, LONGEST = 4, 20


def written(typed: str) -> str:
    """Return a word as staff mean it: capitals, without spaces and dashes."""
    return "".join(typed.split()).replace("-", "").upper()


def tidy(typed: str) -> str:
    """
    Return a word as it is found by, however it was typed; empty if it cannot be one.

    As in other codes, letters that look like another become that one, so that SUMMER1O is found
    as SUMMER10, and no two words can be told apart by a look-alike alone.
    """
    symbols = written(typed).translate(LOOK_ALIKE)
    is_word = SHORTEST <= len(symbols) <= LONGEST and set(symbols) <= set(ALPHABET)
    return symbols if is_word else ""
