"""The first page of the back office: what needs a person, then the day's figures."""
