"""Taking over, at a worker's start, the messages that a dead one still held."""

import structlog
from celery import Celery
from kombu import Connection
from kombu.exceptions import OperationalError
from redis import RedisError

ANSWER_SECONDS = 1.0
"""A worker that lives answers within this time, however busy its children are."""

log = structlog.get_logger("klaver.tasks")


def take_over(app: Celery) -> int:
    """
    Put back what nobody who lives can be working on; returns how many messages.

    Redis would hold on to a dead worker's messages until the visibility timeout. If another
    worker answers they may be its own, and are left alone: the sweeps see to the rest.
    """
    try:
        # A connection of our own, closed before any child is forked: one of the pool would stay
        # half in a read, and every later child would wait for that read for ever.
        with app.connection_for_write() as connection:
            if app.control.inspect(timeout=ANSWER_SECONDS, connection=connection).ping():
                return 0
            return _put_back(connection)
    except (OperationalError, RedisError, OSError):
        log.warning("messages of a dead worker could not be put back", exc_info=True)
        return 0


def _put_back(connection: Connection) -> int:
    channel = connection.channel()
    tags = channel.client.zrange(channel.unacked_index_key, 0, -1)
    for tag in tags:
        channel.qos.restore_by_tag(tag.decode() if isinstance(tag, bytes) else tag)
    if tags:
        log.info("took over messages of a dead worker", messages=len(tags))
    return len(tags)
