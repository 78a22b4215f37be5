"""The JSON Schema that ships for editors says what the checks of the package say."""

import json
import pathlib
import tomllib

import jsonschema
import pytest
from importlib_resources import files

import ndrcodes
from ndrcodes._schema import _SECTIONS

SCHEMA = json.loads((files("ndrcodes") / "catalog.schema.json").read_text("utf-8"))
FILES = sorted((pathlib.Path(ndrcodes.__file__).parent / "catalog").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_catalog_file_is_valid(path: pathlib.Path) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(tomllib.loads(path.read_text("utf-8")))


def test_the_keys_are_those_that_are_read() -> None:
    properties = SCHEMA["properties"]
    assert set(properties) == {"schema", "reviewed", "mute", "language", *_SECTIONS}
    for section, (_, fields, required) in _SECTIONS.items():
        if section == "labels":
            continue
        table = properties[section]["oneOf"][0]
        assert set(table["properties"]) == set(fields), section
        assert table["required"] == list(required), section


def test_a_misspelt_key_is_refused() -> None:
    with pytest.raises(jsonschema.ValidationError, match="titel"):
        jsonschema.validate({"schema": 1, "record": [{"titel": "x"}]}, SCHEMA)
