"""Whether the program works: goals and figures."""
