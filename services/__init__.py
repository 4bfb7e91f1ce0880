"""What runs: assembly, the loop, the study and the command line."""
