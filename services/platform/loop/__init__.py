"""A site's services beside its loop: what the run says, what it hears, and when."""
