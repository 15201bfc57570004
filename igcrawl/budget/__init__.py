"""Budget: decides when a session may send."""
