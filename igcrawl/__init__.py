"""igcrawl: crawl Instagram's GraphQL and REST endpoints with the operator's own session."""
