"""Is a project ready for a new Python: which releases have the wheels, and what must be bumped?"""
