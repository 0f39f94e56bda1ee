#!/usr/bin/env python
"""Django's command line for Klaver."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty_site.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    from loyalty_site.embedded import EmbeddedError  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
