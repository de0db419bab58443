"""Reading setup scripts without running them: an interpreter of values that may be unknown.

`values` has the domain, `known` what well-known names mean, `interpreter` walks the syntax tree,
`reading` turns the walk into a `SetupScript`.
"""
