"""The deliveries' own SQL: whole batches in one statement, and the tallies moved with them."""
