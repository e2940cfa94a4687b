"""What helps people to say what they want: prompts looked over, and prompts found from examples."""
