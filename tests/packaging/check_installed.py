"""Run in a bare environment that holds only the built package: does it answer?

No test of pytest's: the build session and `test_packages.py` run it with the environment's Python.
"""

import importlib.metadata
import sys

import ndrcodes

if "site-packages" not in ndrcodes.__file__:
    sys.exit(f"not the installed package: {ndrcodes.__file__}")
needed = {
    requirement.partition(">")[0] for requirement in importlib.metadata.requires("ndrcodes") or ()
}
if needed != {"attrs", "importlib-resources"}:
    sys.exit(f"unexpected requirements: {needed}")
explanation = ndrcodes.explain("550 5.7.705 Access denied, tenant has exceeded threshold")
if explanation.code is None or explanation.code.id != "exchange-online/5.7.705":
    sys.exit(f"wrong answer: {explanation}")
report = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n<a@x.example>:\nuser unknown\n"
if ndrcodes.read_message(report).recipients[0].explanation.category != "recipient-unknown":
    sys.exit("wrong answer to a message")
if len(sys.argv) > 1 and ndrcodes.Catalog.default().get(sys.argv[1]) is None:
    sys.exit(f"no record {sys.argv[1]}")
print("ok", len(ndrcodes.Catalog.builtin()), "records")  # noqa: T201
