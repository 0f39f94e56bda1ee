"""Every letter of the product; for now the local outbox."""
