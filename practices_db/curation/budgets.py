"""How much one asker may send in, so that nobody takes the queue from the others.

Known in memory only: who asks is an address, and addresses are not stored.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from practices_db.errors import PracticesError
from practices_db.translation import _

_MOST_KEYS = 20_000
_HOUR, _DAY = 3_600, 86_400  # seconds
# What one asker may do within a time, a good deal less than what all together may (submissions.py).
OWN = {
    "assessment": (15, _HOUR),
    "correction": (15, _HOUR),
    "about one practice": (5, _DAY),
    "from one mailbox": (5, _DAY),
    "change by a link": (120, _HOUR),
    "wrong link": (20, _HOUR),
}
_OF_NETWORK = 4  # times as much for an IPv6 /48, which one customer may have whole: 65,536 askers of a /64 each


REFUSED: Counter[str] = Counter()  # how often a budget was empty, by its name, since the process began


class Budgets:
    """One budget for each key: it fills by ``amount`` in ``seconds`` and holds ``amount`` at most; 0 means no limit."""

    def __init__(self, amount: int, seconds: int = 60, name: str = "other") -> None:
        self.amount, self.seconds, self.name = amount, seconds, name
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key → (left, at this moment)
        self._taking = threading.Lock()

    def take(self, key: str | None, cost: float = 1.0) -> float:
        """Take from a budget and return 0; where too little is left take nothing and return the seconds to wait."""
        if key is None or not self.amount:
            return 0.0
        with self._taking:
            now = time.monotonic()
            left, then = self._left.pop(key, (float(self.amount), now))
            left = min(self.amount, left + (now - then) * self.amount / self.seconds)
            granted = left >= cost
            self._left[key] = (left - cost if granted else left, now)
            REFUSED[self.name] += not granted
            if len(self._left) > _MOST_KEYS:
                self._left.popitem(last=False)  # the one that has not asked for longest
        return 0.0 if granted else (cost - left) * self.seconds / self.amount


class Askers:
    """What each asker has left. ``who`` says who asks now: None, as on the command line, has no limits."""

    def __init__(self, who: Callable[[], str | None]) -> None:
        self._who = who
        self._own = {what: Budgets(*of, what) for what, of in OWN.items()}
        self._networks = {what: Budgets(_OF_NETWORK * amount, seconds, what) for what, (amount, seconds) in OWN.items()}

    def take(self, what: str, of: str = "", cost: float = 1.0) -> None:
        """Take from the asker's own budget, of one practice or mailbox ``of``; PracticesError where it is empty.

        A negative cost gives back what was taken.
        """
        who = self._who()
        if who is None:
            return
        network = _network(who)
        own = f"{who} {of}"
        refused = self._own[what].take(own, cost)
        if not refused and network and (refused := self._networks[what].take(f"{network} {of}", cost)):
            self._own[what].take(own, -cost)
        if refused:
            raise PracticesError(
                _(
                    "Too much came from your address in a short time, so nothing more is taken from it right now. "
                    "Nothing of yours was lost: keep it and try again in an hour, or tomorrow."
                )
            )


def _network(who: str) -> str:
    """Return the /48 that an asker's /64 is of, "" for everybody else."""
    address, _slash, length = who.partition("/")
    return str(ipaddress.ip_network((address, 48), strict=False)) if length == "64" else ""


_askers = [Askers(lambda: None)]


def know_askers(who: Callable[[], str | None]) -> None:
    """Let a server say who asks; from now on each asker has a budget of its own."""
    _askers[0] = Askers(who)


def take(what: str, of: str = "") -> None:
    """Take from the budget of whoever asks now (``Askers.take``)."""
    _askers[0].take(what, of)


def give_back(what: str) -> None:
    """Put back what was taken before it was known whether it counts."""
    _askers[0].take(what, cost=-1.0)
