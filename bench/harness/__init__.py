"""What every benchmark stands on: a database of its own, a clock, purchases to post."""
