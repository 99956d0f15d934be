"""Name resolution: which entity a batch means by a name, whatever its spelling and type."""
