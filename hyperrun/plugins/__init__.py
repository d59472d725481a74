"""What generators' plugins have in common, and the one for MkDocs; Sphinx's: `hyperrun.sphinx`.

They run inside of other programs: they need nothing but Python, and no build fails because of them.
"""
