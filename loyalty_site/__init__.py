"""Wires the rooms together: settings, addresses, admin site, jobs."""

from loyalty_site.celery import app as celery_app

__all__ = ["celery_app"]
