"""Helping members sooner: tickets, promises, the queue."""
