"""The embedded servers: their life, their death, and what they tell of it."""
