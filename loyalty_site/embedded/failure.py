"""The one error that users of the embedded servers meet."""


class EmbeddedError(RuntimeError):
    """The servers cannot run; the message says what, where and what to do, in one line."""
