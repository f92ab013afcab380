//! Go's text/template: lexer, parser, tree and evaluator.
