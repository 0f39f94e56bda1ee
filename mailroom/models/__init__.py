"""What letters are, and what became of them."""

from mailroom.models.letter import Letter
from mailroom.models.mailing import Delivery, Mailing, MailRules, Tally
from mailroom.models.suppression import SoftBounces, Suppression

__all__ = ["Delivery", "Letter", "MailRules", "Mailing", "SoftBounces", "Suppression", "Tally"]
