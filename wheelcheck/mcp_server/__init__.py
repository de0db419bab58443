"""The Model Context Protocol: check, explain, advise and ready as tools of a server over stdio."""
