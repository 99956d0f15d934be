"""What people and rules say of entities: classifications, labels, business metadata, terms and contacts."""
