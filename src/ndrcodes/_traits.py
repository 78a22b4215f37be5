"""What ranking needs of a record, worked out once a record, since every match asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, final

import attrs

from ndrcodes._index import status_keys
from ndrcodes._schema import Data
from ndrcodes.records import (
    CLASS_PERMANENCE,
    Action,
    Basis,
    Category,
    Permanence,
    ProviderKind,
)

#: Points for a status code, in letters: the record has it; has it in a range; has it with another
#: class.
STATUS: Final = 8
_STATUS_IN_RANGE: Final = 6
_STATUS_OF_OTHER_CLASS: Final = 4


@final
@attrs.frozen(eq=False, repr=False)
class Traits:
    """What ranking needs of a record."""

    id: str
    provider: str
    category: Category
    #: Permanence and action behind a code of class 2, 4 or 5, and behind no code (0).
    outcomes: Mapping[int, tuple[Permanence, Action]]
    #: What an answer rests on that its words give, and one that its code alone gives.
    by_words: Basis
    by_code: Basis
    #: Whether the provider is a standard; a service; a service or program: another provider's
    #: name speaks against these; blocklists.
    registry: bool
    service: bool
    server: bool
    blocklist: bool
    #: Points by the keys of its status codes: 5.1.1, x.1.1, .1.1 or x.1.x.
    status: Mapping[str, int]
    #: The keys of those that are not given as a range.
    exact: frozenset[str]
    replies: frozenset[int]
    #: Whether words find it; otherwise it is what its code means when the text says no more.
    has_words: bool


def traits_of(identity: str, data: Data) -> Traits:
    """Work out the traits of a record."""
    record = data.records[identity]
    provider = identity.partition("/")[0]
    # A provider that no catalog describes cannot be named, so nothing is held against it.
    kind = ProviderKind(data.providers.get(provider, {}).get("kind", "generic"))
    category = Category(record["category"])
    known = Permanence(record["permanence"])
    keys = status_keys(record.get("status", ()))
    exact = frozenset(keys).intersection(record.get("status", ()))
    if record.get("wrapper"):
        by_words = by_code = Basis.WRAPPER
    elif record.get("symptom"):
        by_words, by_code = Basis.SYMPTOM, Basis.VAGUE_CODE
    else:
        by_words, by_code = Basis.WORDS, Basis.CODE
    return Traits(
        id=identity,
        provider=provider,
        category=category,
        outcomes={klass: outcome(data, category, known, klass) for klass in (0, 2, 4, 5)},
        by_words=by_words,
        by_code=by_code,
        registry=kind is ProviderKind.REGISTRY,
        service=kind is ProviderKind.SERVICE,
        server=kind in (ProviderKind.SERVICE, ProviderKind.SOFTWARE),
        blocklist=kind is ProviderKind.BLOCKLIST,
        status={
            **{key[1:]: _STATUS_OF_OTHER_CLASS for key in keys},
            **{key: STATUS if key in exact else _STATUS_IN_RANGE for key in keys},
        },
        exact=exact,
        replies=frozenset(record.get("replies", ())),
        has_words="phrases" in record or "localized" in record,
    )


def outcome(
    data: Data, category: Category, known: Permanence, klass: int
) -> tuple[Permanence, Action]:
    """Return how final a failure is and what to do.

    Args:
        data: says what to do for each category.
        category: the cause.
        known: what the record knows; behind a class 5 it tells more than the class.
        klass: the class of the text's code, or 0 without one.
    """
    permanence = CLASS_PERMANENCE.get(klass, known)
    if category is Category.DELIVERED:
        permanence = Permanence.SUCCESS
    elif permanence is Permanence.PERMANENT and known is not Permanence.UNKNOWN:
        permanence = known
    if CLASS_PERMANENCE.get(klass) is Permanence.SUCCESS:
        return permanence, Action.NONE  # whatever the words say, the server took the message
    actions: Mapping[str, Any] = data.categories.get(category, _ACTIONS)
    transient = permanence is Permanence.TRANSIENT
    return permanence, Action(actions["action_transient" if transient else "action_permanent"])


#: What to do where the catalog does not say.
_ACTIONS: Final = {"action_permanent": Action.FIX, "action_transient": Action.RETRY}
