"""A practice's own assessment before anybody else sees it: the file, colleagues' files, what is taken away.

Nothing here touches a store or a disk: forms come in as bytes and models and go out as bytes.
"""
