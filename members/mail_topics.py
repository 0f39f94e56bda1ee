"""The kinds of mail that a member may agree to, in the words they are asked in."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from members.models import Consent

Topic = Consent.Topic


@dataclass(frozen=True, slots=True)
class TopicWords:
    """What a topic is called, what it means, and what one presses to say yes or no to it."""

    title: str
    meaning: str
    yes: str
    no: str

    @property
    def ticked(self) -> str:
        """What stands beside the box of the page of mail preferences."""
        return f"{self.title}: {self.meaning}"


def topic_words(topic: Topic) -> TopicWords:
    """Say a topic in the language of the page."""
    match topic:
        case Topic.NEWS:
            return TopicWords(
                _("News and offers"),
                _("What is new with us, and what is on offer."),
                _("Yes, mail me news and offers. I can stop at any time."),
                _("No more news for me, please."),
            )
        case Topic.PERSONAL:
            return TopicWords(
                _("Offers that suit what you buy"),
                _("We look at your own purchases to choose them, and at nothing else."),
                _("Yes, mail me offers chosen by what I buy. I can stop at any time."),
                _("No offers by what I buy, please."),
            )
        case Topic.SURVEYS:
            return TopicWords(
                _("Questions about how you like it"),
                _("A short question now and then. You never have to answer."),
                _("Yes, you may ask me by mail how I like it. I can stop at any time."),
                _("No more questions, please."),
            )


def yes_words(topics: Iterable[Topic], language: str) -> dict[Topic, str]:
    """The words in which these topics are asked, as they stand in a letter in this language."""
    with override(language):
        return {topic: topic_words(topic).yes for topic in topics}


def stop_words() -> str:
    """What the button of a stop link says."""
    return _("Stop these mails")


def stop_all_words() -> str:
    """What the button says that stops all of them."""
    return _("Stop all mail with news, offers and questions")
