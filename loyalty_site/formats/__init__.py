"""Numbers and dates as each reader writes them."""
