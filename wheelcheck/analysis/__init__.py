"""Requirements × targets → Report: resolved, judged, planned and priced."""
