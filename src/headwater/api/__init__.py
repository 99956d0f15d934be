"""The HTTP surfaces. Each folder is one surface; they do not know each other."""
