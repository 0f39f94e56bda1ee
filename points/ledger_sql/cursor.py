"""The cursor for few rows: its statements are read and planned by the server once a connection."""

from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor
from psycopg.types.numeric import Int8Dumper


class PreparedCursor(Cursor[Any]):
    """Sends values beside the statement, every whole number as a bigint."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By itself psycopg gives small and large numbers other types, and each combination of
        # types would be a statement of its own to prepare.
        self.adapters.register_dumper(int, Int8Dumper)


def prepared_cursor() -> CursorWrapper:
    """
    Return a cursor whose repeated statements are prepared.

    Made for one event at a time. For thousands the plan must know how many they are.
    """
    connection.ensure_connection()
    if connection.queries_logged:
        # Only what is bound on our side can be shown with its values.
        return connection.cursor()
    cursor: Any = PreparedCursor(connection.connection)
    return connection.make_cursor(cursor)
