"""Type definitions: the built-in ones as data (`built_in/`), how definitions are checked, stored, changed and shown."""
