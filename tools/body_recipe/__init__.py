"""How the free body is made from MakeHuman's CC0 data, one step a file; run by build_body.py."""
