"""Command line of the embedded servers: `supervise` is for our own use, `status` for yours."""

import sys
from pathlib import Path

from loyalty_site.embedded.attach import is_up
from loyalty_site.embedded.layout import Layout
from loyalty_site.embedded.servers import servers_at
from loyalty_site.embedded.supervisor import detach

USAGE = "usage: python -m loyalty_site.embedded status"


def main(arguments: list[str]) -> int:
    match arguments:
        case ["supervise", state]:
            detach(Layout(Path(state)))
            return 0
        case ["status"]:
            return status(Layout.find())
        case _:
            sys.stderr.write(f"{USAGE}\n")
            return 2


def status(layout: Layout) -> int:
    """Print the addresses; exit 1 if nobody answers there."""
    up = is_up(layout)
    servers = servers_at(layout)
    sys.stdout.write(f"{'up' if up else 'down'}\n{servers.database_url}\n{servers.redis_url}\n")
    return 0 if up else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
