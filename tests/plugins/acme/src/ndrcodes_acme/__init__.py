"""Acme's own rejections, for ndrcodes."""

from ndrcodes import Catalog, Category, Fix, NdrCode, Party


def made_in_python() -> Catalog:
    """Return the records that are made in Python."""
    return Catalog.of(
        [
            NdrCode(
                id="acme/night",
                provider="acme",
                title="Closed at night",
                summary="Acme takes no mail at night.",
                category=Category.DOMAIN_REJECTS_MAIL,
                phrases=("acme sleeps at night",),
                causes=("It is night.",),
                fixes=(Fix(Party.SENDER, "Wait for the morning."),),
                sources=("observed",),
            )
        ]
    )
