"""Many sessions from one manifest: each file is made, kept from an earlier run, or reported with the reason.

`voiceguide.batch.run.run` runs a batch. A `Manifest` (manifest) becomes a `Catalogue` of jobs with file names
(catalogue, naming); those whose files are not there yet (folder) are spoken (speaking) and made (job), by
threads on this machine (local) or by a Dask cluster (cluster); executor is what both have in common.
"""
