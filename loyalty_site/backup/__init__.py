"""Keeping the whole of a site in one file, and putting it back."""
