"""Who takes part: users, members, cards, tiers, enrollment."""
