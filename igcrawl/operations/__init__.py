"""Operations: their request templates and their paging."""
