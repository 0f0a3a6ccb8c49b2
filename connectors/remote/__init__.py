"""A drop folder on another machine: the same as the kind folder, over SFTP, FTP, S3 or WebDAV.

- `protocols` opens a `server` (`sftp`, `ftp`, `s3`, `webdav`: one module each, by fsspec); `store` lists and copies.
- `listing` says which files are complete; `copies` keeps a copy of the one in hand; `taken` is the position.
"""
