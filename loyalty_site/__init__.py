"""Wires the rooms together: settings, addresses, admin site, jobs."""
