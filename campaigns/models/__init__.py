"""Who gets a mailing, and what became of it."""

from campaigns.models.audience import Audience
from campaigns.models.campaign import Bonus, Campaign

__all__ = ["Audience", "Bonus", "Campaign"]
