"""What the command line tells a person instead of a traceback."""


class ObstacleError(Exception):
    """Something stands in the way; `remedy` says what the person can do about it."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
