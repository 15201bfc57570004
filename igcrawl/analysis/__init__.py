"""What the store holds, for other programs: exports."""
