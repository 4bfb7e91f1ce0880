"""`python -m services.cli` is `rami`."""

from services.cli.application import main

main()
