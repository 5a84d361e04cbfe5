"""How fast the house is, against a bare Flask-SocketIO acknowledgement measured in the same run. `make bench`."""
