"""Who may do what in an account: principals, their secrets and tokens, roles on collections, and the audit log."""
