"""The Synapse dev endpoint of each workspace, below `/workspaces/<name>`: runs and their activities."""
