"""Results of earlier runs, used again while nothing that they were made from has changed."""
