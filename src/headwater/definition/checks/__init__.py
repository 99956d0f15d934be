"""One file a family of rules that look across definitions. `headwater.definition.check` has the table."""
