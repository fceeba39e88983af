"""Tables of a user's own: read from files, libraries and functions, made into inputs and answers, cut into parts."""
