"""The one error that who keeps the machine meets."""


class BackupError(Exception):
    """A backup can't be made or put back; the message says why, and what to do."""
