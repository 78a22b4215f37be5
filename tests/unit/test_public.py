import pytest

import ndrcodes


def test_all_is_complete_and_true() -> None:
    for name in ndrcodes.__all__:
        assert getattr(ndrcodes, name) is not None
    public = {
        name
        for name, value in vars(ndrcodes).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("ndrcodes")
    }
    assert public <= set(ndrcodes.__all__)


def test_what_is_found_later_is_found() -> None:
    assert set(ndrcodes.__all__) <= set(dir(ndrcodes))
    with pytest.raises(AttributeError, match="module 'ndrcodes' has no attribute 'no_such_name'"):
        _ = ndrcodes.no_such_name
