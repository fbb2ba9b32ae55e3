"""Use cases of queues: what is to be done next, how many tasks stand at which status, how closed ones went."""
