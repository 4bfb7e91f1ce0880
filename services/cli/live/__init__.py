"""Commands to a site that runs: work behind `services.cli.offers.live`."""
