"""The parts of the curation page, and who has which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pages.shared.curation import bringing, people, practices, queue, releasing
from practices_db.errors import Actor
from practices_db.permissions import Thing, allowed


@dataclass(frozen=True)
class _Part:
    title: str
    action: str
    thing: Thing
    draw: Callable[[Actor], None]


_PARTS = {
    "queue": _Part("Queue", "read", Thing("submission"), queue.draw),
    "practices": _Part("Practices", "read", Thing("practice"), practices.draw),
    "import": _Part("Import", "import", Thing("data"), bringing.draw),
    "release": _Part("Release", "publish", Thing("data"), releasing.draw),
    "people": _Part("People", "read", Thing("person"), people.draw),
}


def titles(actor: Actor) -> dict[str, str]:
    """Return the parts that somebody has something to do in; what they do there asks for permission again."""
    return {name: part.title for name, part in _PARTS.items() if allowed(actor, part.action, part.thing)}


def draw(name: str, actor: Actor) -> None:
    """Draw a part."""
    _PARTS[name].draw(actor)
