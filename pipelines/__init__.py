"""Item pipelines: what writes pages elsewhere than to feeds. None yet; a pipeline of yours goes here."""
