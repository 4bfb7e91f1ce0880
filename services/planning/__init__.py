"""Plans made beside the loop: jobs, and who works them off."""
