"""Exchange with another account, as a real Purview is one: everything that one side has is written to the other.

Both sides are asked by HTTP in Atlas' and Purview's own words, so that push and pull are one way with two directions.
Entities are known by type and qualified name; what the other side has besides stays there.
"""
