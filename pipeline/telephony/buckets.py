"""How much of something a sender may have: so many at once, and so many a second."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """``most``: at once; ``a_second``: that are added; ``at``: its first moment, by any clock.

    >>> bucket = Bucket(most=2, a_second=1, at=0.0)
    >>> [bucket.take(at) for at in (0.0, 0.0, 0.5, 1.5, 1.6)]
    [True, True, False, True, False]
    """

    most: float
    a_second: float
    at: float
    _left: float | None = None

    def take(self, now: float) -> bool:
        """Takes one; whether there was one."""
        left = self.most if self._left is None else self._left
        left = min(self.most, left + max(0.0, now - self.at) * self.a_second)
        self._left, self.at = left - (left >= 1), now
        return left >= 1
