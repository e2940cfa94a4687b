"""The nouns, ids, errors and ports. No input or output happens here, and nothing of ours is imported from above."""
