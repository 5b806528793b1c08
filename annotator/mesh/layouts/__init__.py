"""The layouts of face meshes: what one is made of, and a module each."""
