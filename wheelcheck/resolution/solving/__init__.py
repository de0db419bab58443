"""The search for versions that go together."""
