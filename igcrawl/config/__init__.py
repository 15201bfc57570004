"""The IG_ settings: defaults and checks in one table."""
