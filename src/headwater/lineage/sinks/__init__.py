"""Where facts go: one file a sink, all behind `protocol.Sink`."""
