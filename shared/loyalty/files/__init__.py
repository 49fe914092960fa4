"""Files of rows that become jobs: asked for by POST /files, uploaded to S3, split into chunks."""
