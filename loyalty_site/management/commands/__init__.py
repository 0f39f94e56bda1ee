"""One module per command, named as one types it."""
