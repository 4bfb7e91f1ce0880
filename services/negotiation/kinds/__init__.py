"""A district's parties as kinds of services of a site file; loads no arrays."""
