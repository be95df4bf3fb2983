"""Who may do what: one table of roles, one table of moves, one question. What is not in them is forbidden."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from practices_db.catalogue.library_items import KINDS, NOUNS
from practices_db.errors import Actor, NotAllowedError, Role

ANYBODY = Actor("viewer", "anybody")
CLI = Actor("machine", "cli")
APP = Actor("machine", "app")


def pseudonym(email: str) -> str:
    """Return what stands in the audit for the person with this e-mail address."""
    return "person:" + hashlib.sha256(email.strip().lower().encode()).hexdigest()[:16]


# From which states to which state an action moves a thing. Actions that are not here change no state.
MOVES: dict[str, dict[str, tuple[frozenset[str], str]]] = {
    "submission": {
        "submit": (frozenset({"draft"}), "submitted"),
        "correct": (frozenset({"submitted", "returned", "published"}), "submitted"),
        "return": (frozenset({"submitted"}), "returned"),
        "accept": (frozenset({"submitted"}), "published"),
        "withdraw": (frozenset({"draft", "submitted", "returned", "published"}), "withdrawn"),
    },
    "practice": {
        "archive": (frozenset({"listed"}), "archived"),
        "relist": (frozenset({"archived"}), "listed"),
        "merge": (frozenset({"listed", "archived"}), "merged"),
    },
}
# What has a name of its own can be merged into another one; what has none can be added by hand.
MOVES |= {
    item: {action: move for action, move in MOVES["practice"].items() if kind.name or action != "merge"}
    for item, kind in KINDS.items()
}
# States in which an action that changes no state may be done; without an entry the state does not matter.
_IN_STATE: dict[str, dict[str, frozenset[str]]] = {
    "practice": {
        "edit": frozenset({"listed", "archived"}),
        "settle": frozenset({"listed"}),
        "invite": frozenset({"listed"}),
    },
    **{item: {"edit": frozenset({"listed", "archived"})} for item in KINDS},
    "assessment": {"edit": frozenset({"published"})},
    "submission": {
        "save": frozenset({"draft"}),
        "renew": frozenset({"draft", "submitted", "returned", "published"}),
    },
}

_CURATING: frozenset[Role] = frozenset({"curator", "machine"})
_RUNNING: frozenset[Role] = frozenset({"administrator", "machine"})
# Who may: kind of thing → action → roles.
GRANTED: dict[str, dict[str, frozenset[Role]]] = {
    "practice": dict.fromkeys(("read", "add", "edit", "archive", "relist", "merge", "settle", "invite"), _CURATING),
    **{
        item: dict.fromkeys(("read", "edit", "archive", "relist", "merge" if kind.name else "add"), _CURATING)
        for item, kind in KINDS.items()
    },
    "assessment": {"read": _CURATING, "add": _CURATING, "edit": _CURATING},
    "submission": {
        "read": _CURATING | {"assessor"},
        "save": frozenset({"assessor"}),
        "submit": frozenset({"assessor"}),
        "correct": frozenset({"assessor"}),
        "withdraw": _CURATING | {"assessor"},
        "revoke": _CURATING | {"assessor"},
        "renew": _CURATING,
        "return": _CURATING,
        "accept": _CURATING,
    },
    "data": {"import": _CURATING, "publish": _CURATING, "export": _CURATING, "backup": _RUNNING, "restore": _RUNNING},
    "person": {"read": _RUNNING, "grant": _RUNNING},
    "audit": {"read": _CURATING | _RUNNING},
}


@dataclass(frozen=True)
class Thing:
    """What is acted on: its kind and id, and its state where it has one."""

    kind: str
    id: str = ""
    state: str = ""

    @property
    def name(self) -> str:
        """Return how the audit calls it."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


def allowed(actor: Actor, action: str, thing: Thing) -> bool:
    """Whether an actor may do something to a thing in its state; a private link allows only what it opens."""
    if actor.role not in GRANTED.get(thing.kind, {}).get(action, frozenset()):
        return False
    if actor.role == "assessor" and actor.id != f"token:{thing.id}":
        return False
    if move := MOVES.get(thing.kind, {}).get(action):
        return thing.state in move[0]
    states = _IN_STATE.get(thing.kind, {}).get(action)
    return states is None or thing.state in states


def require(actor: Actor, action: str, thing: Thing) -> None:
    """Do nothing where the actor may; raise NotAllowedError with a plain sentence where not."""
    if allowed(actor, action, thing):
        return
    noun = NOUNS.get(thing.kind, thing.kind)
    if actor.role in GRANTED.get(thing.kind, {}).get(action, frozenset()) and thing.state:
        why = f"That is not possible any more: the {noun} is {thing.state}. Nothing was changed."
    else:
        why = f"You may not {action} this {noun}. Nothing was changed."
    raise NotAllowedError(why, actor, action, thing.name)


def moved(action: str, thing: Thing) -> str:
    """Return the state that an action moves a thing to; KeyError where it is no move."""
    return MOVES[thing.kind][action][1]
