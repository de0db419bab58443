"""Reading setup scripts without running them: an interpreter of values that may be unknown.

`values` has the domain, `known` and `methods` what well-known names mean; `expressions`, `calls`,
`flow` and `interpreter` walk the syntax tree, each on top of the one before; `forgiveness` and
`side_effects` look at build commands; `reading` turns the walk into a `SetupScript`.
"""
