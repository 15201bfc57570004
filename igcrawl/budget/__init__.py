"""Whether a session may send now."""
