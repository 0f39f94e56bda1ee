"""What Postmark and Mailgun send, as they document it, and how they prove that it is them."""

import base64
import hashlib
import hmac
import json

from django.test import Client

SECRET = "klaver:a-long-random-password"
MAILGUN_KEY = "key-0123456789abcdef0123456789abcdef"
AT = "2026-06-15T09:30:00Z"
AT_SECONDS = 1781515800.0
POSTMARK = {"WEBHOOK_SECRET": SECRET, "POSTMARK_SERVER_TOKEN": "token"}
MAILGUN = {
    "WEBHOOK_SECRET": SECRET,
    "MAILGUN_API_KEY": "api",
    "MAILGUN_WEBHOOK_SIGNING_KEY": MAILGUN_KEY,
}


def basic(secret=SECRET) -> dict:
    return {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def tell(provider, body, *, secret=SECRET):
    """Send news as a provider does; a dict as JSON, anything else as it is."""
    content = json.dumps(body) if isinstance(body, dict | list) else body
    headers = basic(secret) if secret else {}
    return Client(enforce_csrf_checks=True).post(
        f"/anymail/{provider}/tracking/", content, "application/json", headers=headers
    )


def postmark_bounce(email, *, kind="HardBounce", number=4323372036854775807, at=AT, **facts):
    return {
        "RecordType": "Bounce",
        "MessageStream": "outbound",
        "ID": number,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {},
        "ServerID": 23,
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 The email account does not exist",
        "Email": email,
        "From": "klaver@example.nl",
        "BouncedAt": at,
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Nieuws",
    } | facts


def postmark_complaint(email, *, at=AT, **facts):
    return postmark_bounce(
        email, kind="SpamComplaint", at=at, RecordType="SpamComplaint", TypeCode=512
    ) | {"Details": "Test spam complaint details", **facts}


def postmark_delivery(email, *, at=AT, **facts):
    return {
        "RecordType": "Delivery",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Recipient": email,
        "DeliveredAt": at,
        "Details": "Test delivery webhook details",
        "Tag": "",
        "ServerID": 23,
        "Metadata": {},
        "MessageStream": "outbound",
    } | facts


def postmark_stop(email, *, at=AT, **facts):
    return {
        "RecordType": "SubscriptionChange",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ServerID": 23,
        "MessageStream": "outbound",
        "ChangedAt": at,
        "Recipient": email,
        "Origin": "Recipient",
        "SuppressSending": True,
        "SuppressionReason": "ManualSuppression",
        "Tag": "",
        "Metadata": {},
    } | facts


def mailgun_event(event, email, *, token="t" * 50, key=MAILGUN_KEY, at=AT_SECONDS, **facts):
    timestamp = str(int(at))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256)
    return {
        "signature": {
            "timestamp": timestamp,
            "token": token,
            "signature": signature.hexdigest(),
        },
        "event-data": {
            "event": event,
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": at,
            "log-level": "error",
            "recipient": email,
            "recipient-domain": email.rpartition("@")[2],
            "tags": [],
            "campaigns": [],
            "user-variables": {},
            "flags": {"is-test-mode": False},
            "delivery-status": {
                "attempt-no": 1,
                "code": 605,
                "description": "Not delivering to previously bounced address",
                "message": "550 5.1.1 no such user",
                "session-seconds": 0.0,
            },
            "message": {
                "headers": {
                    "to": email,
                    "message-id": "20260615093000.1.ABCDEF@mg.example.nl",
                    "from": "klaver@example.nl",
                    "subject": "Nieuws",
                },
                "attachments": [],
                "size": 111,
            },
        }
        | facts,
    }
