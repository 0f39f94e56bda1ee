"""Reads over what members can have and had."""
