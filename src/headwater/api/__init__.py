"""The surfaces of an account and of its workspaces; one folder a surface, and they do not know each other."""
