//! Go's regexp syntax and replacement rules over regex-automata.
