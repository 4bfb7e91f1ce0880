"""Energy management systems and district heating operators: values in, balances out.

Three transports of one form: a folder of files, HTTP, OPC UA.
"""
