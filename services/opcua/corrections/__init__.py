"""Corrections of asyncua 2.1, one file each: the hole it names, and what is done instead.

They are subclasses and one replaced service, chosen when a server is made (`fitting`); only
`decoding` changes asyncua itself, since its functions cannot be told apart by server.
"""
