"""The files that other tools read and write: adapters, single-file checkpoints, hypernetworks."""
