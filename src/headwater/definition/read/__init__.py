"""One file a kind of definition: its JSON to its typed object. Folders, ARM templates and REST bodies all come here."""
