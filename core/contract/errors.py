"""The two errors that are not bugs."""


class UserError(Exception):
    """Bad input or a missing thing: one sentence that names it, and a hint that says the way out.

    Shown to the person as it is. Every other exception is a fault of ours and travels with its traceback to the log.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint


class Cancelled(Exception):
    """The person stopped the job. Raised by `Run.track`; every `with` block on the way out undoes its part."""
