"""What type checkers must see of the public names; checked by mypy and pyright, not run."""

from collections.abc import Mapping
from typing import assert_type

import ndrcodes

explanation = ndrcodes.explain("550 5.1.1 user unknown", remote_host=None, catalog=None)
assert_type(explanation, ndrcodes.Explanation)
assert_type(explanation.code, ndrcodes.NdrCode | None)
assert_type(explanation.status, ndrcodes.StatusCode | None)
assert_type(explanation.reply, int | None)
assert_type(explanation.category, ndrcodes.Category)
assert_type(explanation.action, ndrcodes.Action)
assert_type(explanation.fixes, tuple[ndrcodes.Fix, ...])
assert_type(explanation.details, Mapping[str, str])
assert_type(explanation.matches, tuple[ndrcodes.Match, ...])
assert_type(explanation.evidence, tuple[ndrcodes.Evidence, ...])
assert_type(explanation.provider, ndrcodes.Provider | None)

diagnostic = ndrcodes.parse("550")
assert_type(diagnostic, ndrcodes.Diagnostic)
assert_type(diagnostic.mentions, tuple[ndrcodes.Mention, ...])

message = ndrcodes.read_message(b"")
assert_type(message, ndrcodes.BounceMessage)
assert_type(message.recipients, tuple[ndrcodes.RecipientReport, ...])

catalog = ndrcodes.Catalog.builtin()
assert_type(catalog, ndrcodes.Catalog)
assert_type(catalog | catalog, ndrcodes.Catalog)
assert_type(catalog.get("iana/x.1.1"), ndrcodes.NdrCode | None)
assert_type(catalog.lookup("5.1.1"), tuple[ndrcodes.NdrCode, ...])
assert_type(catalog.providers, Mapping[str, ndrcodes.Provider])
assert_type(ndrcodes.StatusCode.parse("5.1.1"), ndrcodes.StatusCode)
assert_type(ndrcodes.Matcher(catalog).match(""), tuple[ndrcodes.Match, ...])
