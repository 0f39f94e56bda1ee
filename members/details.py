"""What people may give as their name, birthday, postal code and address, as they type them."""

import re
import unicodedata
from datetime import date
from email.utils import parseaddr

from disposable_email_domains import blocklist
from django.utils.translation import gettext as _

from members.refusals import Refusal

LONGEST_NAME = 120
LONGEST_ADDRESS = 254
LONGEST_LIFE = 120
MOST_MARKS = 3
NAME_SIGNS = set(" -‐'’ʼ`´.·\u200c\u200d")
WEB_ADDRESS = re.compile(r"www\.|[^\W\d_]{3,}\.[a-z]{2,}", re.IGNORECASE)
DUTCH_POSTAL_CODE = re.compile(r"([1-9][0-9]{3})\s?([A-Z]{2})")
POSTAL_CODE = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,10}[A-Z0-9]")
NEVER_DUTCH = {"SA", "SD", "SS"}


class BadName(Refusal):
    code = "bad_name"


class BirthdayNeeded(Refusal):
    code = "birthday_needed"


class BornInTheFuture(Refusal):
    code = "born_in_the_future"


class BornTooLongAgo(Refusal):
    code = "born_too_long_ago"


class TooYoung(Refusal):
    code = "too_young"


class BadPostalCode(Refusal):
    code = "bad_postal_code"


class UnreadableAddress(Refusal):
    code = "unreadable_address"


class DisposableAddress(Refusal):
    code = "disposable_address"


def tidy_name(text: str) -> str:
    """
    Return a name on one line, in composed letters.

    Letters and marks of any script, spaces, hyphens, apostrophes and dots; refuses all else,
    and what is no name: nothing, too much, a web address.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(sign.isalpha() for sign in name):
        raise BadName(_("Write your name in letters."))
    if len(name) > LONGEST_NAME:
        raise BadName(_("This is longer than we can keep: use 120 characters at most."))
    strange = next((sign for sign in name if not _belongs_in_a_name(sign)), None)
    if strange is not None:
        raise BadName(_strange_sign(strange))
    if WEB_ADDRESS.search(name):
        raise BadName(_("This looks like a web address. Write your name alone."))
    if _piled_marks(name):
        raise BadName(_("Use at most three accents on one letter."))
    return name


def check_birthday(birthday: date | None, *, today: date, minimum_age: int = 0) -> None:
    """Refuse a birthday to come, one of 120 years ago or more, and one that is too young."""
    if birthday is None:
        if minimum_age:
            raise BirthdayNeeded(_("Fill in your birthday."))
        return
    if birthday > today:
        raise BornInTheFuture(_("A birthday cannot lie in the future."))
    age = age_on(today, birthday)
    if age >= LONGEST_LIFE:
        raise BornTooLongAgo(_("That is more than 120 years ago. Please check the year."))
    if age < minimum_age:
        raise TooYoung(
            _("You can take part from the age of %(age)d on.") % {"age": minimum_age},
            age=minimum_age,
        )


def age_on(day: date, birthday: date) -> int:
    """Return how many years somebody has lived; who was born on 29 February ages on 1 March."""
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))


def tidy_postal_code(text: str) -> str:
    """Return a Dutch postal code as it is printed, 1234 AB; another country's in capitals."""
    code = " ".join(text.upper().split())
    dutch = DUTCH_POSTAL_CODE.fullmatch(code)
    if dutch and dutch[2] not in NEVER_DUTCH:
        return f"{dutch[1]} {dutch[2]}"
    if code and (dutch or not POSTAL_CODE.fullmatch(code) or not re.search("[0-9]", code)):
        raise BadPostalCode(_("This is not a postal code; write one like 1234 AB."))
    return code


def tidy_address(text: str) -> str:
    """
    Return an e-mail address in small letters.

    Refuses one that mail programs read in two ways, and an address of a minute.
    """
    address = text.strip().lower()
    # Some read only the first half of alice@example.org)bob@evil.example, others the second.
    if parseaddr(address) != ("", address) or len(address) > LONGEST_ADDRESS:
        raise UnreadableAddress(_("This e-mail address is written in a way that mail cannot use."))
    labels = address.rpartition("@")[2].split(".")
    if any(".".join(labels[place:]) in blocklist for place in range(len(labels))):
        raise DisposableAddress(
            _(
                "This address works for a few minutes only. Use one that you go on reading: "
                "it is how you log in."
            )
        )
    return address


def _belongs_in_a_name(sign: str) -> bool:
    return sign in NAME_SIGNS or unicodedata.category(sign)[0] in "LM"


def _strange_sign(sign: str) -> str:
    if not sign.isprintable():
        return _("There is a sign in it that cannot be seen. Type your name again.")
    return _("Write your name without %(sign)s: letters, spaces, hyphens and dots are fine.") % {
        "sign": sign
    }


def _piled_marks(name: str) -> bool:
    height = 0
    for sign in name:
        height = height + 1 if unicodedata.category(sign)[0] == "M" else 0
        if height > MOST_MARKS:
            return True
    return False
