"""Records of single trials on request: which are wanted, how engines leave them, and how they reach the store."""
