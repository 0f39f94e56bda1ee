"""One row's facts and many rows' filters."""

from members.models.card import Card
from members.models.member import ExternalId, Member
from members.models.source import PROGRAM_SOURCE, Source
from members.models.tier import Placement, Tier
from members.models.user import User

__all__ = ["PROGRAM_SOURCE", "Card", "ExternalId", "Member", "Placement", "Source", "Tier", "User"]
