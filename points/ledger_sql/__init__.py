"""The ledger's own SQL: the only place that reads books and writes their rows."""
