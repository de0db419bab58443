"""How judged targets become a report."""
