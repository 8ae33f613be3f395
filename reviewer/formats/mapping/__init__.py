"""What the columns of a foreign table mean: profiles and flags in, prompts, responses and labels out."""
