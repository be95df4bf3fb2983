"""How an order of practices is said in words, on screen and in briefs. Plain text, no markup."""

from __future__ import annotations

from collections.abc import Sequence

from criteria.order import CLEARLY
from practices_db import formats
from practices_db.catalogue.texts import percent
from practices_db.translation import _, ngettext


def clearly_ahead() -> str:
    """Say from when on a practice is called clearly ahead."""
    words = _("Clearly ahead: ahead in at least {share} of what the unknown answers could be, coding errors included.")
    return words.format(share=percent(CLEARLY))


def finding(ahead: Sequence[tuple[str, int]]) -> str:
    """Say how many pairs of practices differ clearly, who is ahead of most, and that the rest is open.

    ``ahead``: the name of each practice, and how many of the others it is clearly ahead of. "" for fewer than two.

    >>> finding([("A", 2), ("B", 0), ("C", 0)])
    '2 of 3 pairs differ clearly; A is ahead of 2, more than any other; the rest is open.'
    """
    pairs, clear = len(ahead) * (len(ahead) - 1) // 2, sum(over for _name, over in ahead)
    if not pairs:
        return ""
    count = ngettext("{clear} of {pairs} pair differs clearly", "{clear} of {pairs} pairs differ clearly", pairs)
    parts = [count.format(clear=formats.count(clear), pairs=formats.count(pairs))]
    if clear:
        most = max(over for _name, over in ahead)
        first = [name for name, over in ahead if over == most]
        if len(first) == 1:
            parts.append(
                _("{name} is ahead of {most}, more than any other").format(name=first[0], most=formats.count(most))
            )
        else:
            words = ngettext(
                "{count} practice is ahead of {most}, more than the others",
                "{count} practices are ahead of {most}, more than the others",
                len(first),
            )
            parts.append(words.format(count=formats.count(len(first)), most=formats.count(most)))
    if clear < pairs:
        parts.append(_("the rest is open") if clear else _("all are open"))
    return formats.parted(parts) + "."
