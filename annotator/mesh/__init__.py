"""What a face mesh is: landmarks, topology, geometry, brushes, metrics.

Pure functions over numpy arrays: nothing here is mutated, and nothing knows of files of
photographs, databases or windows.
"""
