"""What `make bench` runs: speed and memory as ratios against a named baseline of the same run."""
