"""Views of what methods keep beside their pictures: one view for each declared kind, none for a method.

A method declares the kind where it keeps the data (`run.keep_data(name, value, kind="timeline", ...)`, or a field `kind`
of the value). What has no kind that is known here is shown as it is, in a tree.
"""
