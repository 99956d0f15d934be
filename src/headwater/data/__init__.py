"""Values that every layer speaks of: types, schemas, names, locations, column edges. No behaviour, no effects."""
