"""Negotiation of heat between owners: from nobody talks to one joint plan."""
