"""An extension for the tests."""
