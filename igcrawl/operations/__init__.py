"""What can be asked: an operation, its request templates, its paging."""
