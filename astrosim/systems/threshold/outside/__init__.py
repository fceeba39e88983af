"""Networks from outside: graphs, tables, matrices and files read, cleaned, completed, and what was changed told."""
