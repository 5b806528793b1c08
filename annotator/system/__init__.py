"""The machine underneath: shipped files, the disk, hashes, who is logged in."""
