"""Many projects or many requirement files against many targets, written as a dated dataset.

The way of a survey: a source (`project_list`, `file_table`, `fleet`) is cut into shards
(`shards`), each shard is judged by `release_verdicts` or by `wheelcheck.analysis`, and written as
Parquet parts with a manifest entry (`dataset`). `runner` runs the shards on this machine or on a
Dask cluster. `summary`, `page` and `changes` read the dataset.

Needs the extra ``survey`` (pyarrow, numpy, fsspec; dask and distributed for a cluster).
"""
