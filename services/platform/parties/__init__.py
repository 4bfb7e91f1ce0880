"""Who takes part: enrolment, keys, certificates, passwords, and the broker's own files."""
