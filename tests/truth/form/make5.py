"""Writes held-2.jsonl from parts-held-2.txt, byte for byte the same each time: the closed counterpart of open-4.jsonl, by other texts.
Neither is to be opened while the check may still change."""

from make4 import Part

if __name__ == "__main__":
    Part("parts-held-2.txt", "held-2.jsonl", 5).main()
