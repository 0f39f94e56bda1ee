"""One row's facts and many rows' filters."""

from members.models.api import ApiClient, ApiKey, Scope, SentRequest
from members.models.approval import Approval
from members.models.branding import Branding
from members.models.card import Card
from members.models.consent import Consent, LatestConsent
from members.models.consent_request import ConsentRequest
from members.models.joining import (
    Acceptance,
    Application,
    Departure,
    Invitation,
    JoiningRules,
    Terms,
)
from members.models.member import ExternalId, Member
from members.models.source import PROGRAM_SOURCE, Source
from members.models.tier import Placement, Tier
from members.models.traces import Look, StaffAct
from members.models.user import User

__all__ = [
    "PROGRAM_SOURCE",
    "Acceptance",
    "ApiClient",
    "ApiKey",
    "Application",
    "Approval",
    "Branding",
    "Card",
    "Consent",
    "ConsentRequest",
    "Departure",
    "ExternalId",
    "Invitation",
    "JoiningRules",
    "LatestConsent",
    "Look",
    "Member",
    "Placement",
    "Scope",
    "SentRequest",
    "Source",
    "StaffAct",
    "Terms",
    "Tier",
    "User",
]
