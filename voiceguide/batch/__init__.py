"""Many sessions from one manifest: every one made, or found as it was made before, or said why not.

`voiceguide.batch.run.run` does it all. A `Manifest` (manifest) becomes a `Catalogue` of jobs with file names
(catalogue, naming); those whose files are not there yet (folder) are spoken (speaking) and made (job), by
threads here (here) or by a Dask cluster (cluster).
"""
