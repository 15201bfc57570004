"""Lists of accounts that the store holds: what each is worth, and what they tell together."""
