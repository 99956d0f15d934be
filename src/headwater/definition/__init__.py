"""JSON to typed, frozen objects with their references resolved; all faults at once, unknown properties kept."""
