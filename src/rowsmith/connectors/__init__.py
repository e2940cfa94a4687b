"""Everything that reaches outside, besides model calls: the egress client, downloads, the hub."""
