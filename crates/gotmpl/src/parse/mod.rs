//! From a text to a [`Unit`]: one pass, without recursion, so that no text can exhaust the stack.

mod control;
mod expression;
mod lex;
mod number;
mod tokens;

use std::collections::HashMap;
use std::sync::Arc;

use govalue::Str;

use crate::tree::{Body, Callee, Functions, Op, Unit, VarId};
use crate::{FuncMap, Options, ParseError};
use control::Open;
use govalue::strconv::quote;
use lex::{Item, Keyword, Kind, Lexer};

/// Parses a text: the template of that name and those that it defines.
pub(crate) fn parse(
    name: Str,
    source: Str,
    functions: &Arc<FuncMap>,
    options: &Options,
) -> std::result::Result<Unit, ParseError> {
    if u32::try_from(source.len()).is_err() {
        return Err(ParseError::new(name.to_string(), 1, 0, "text is larger than 4 GiB".to_owned()));
    }
    let unit = Unit {
        name: name.clone(),
        source: source.clone(),
        functions: Functions { map: functions.clone(), used: Vec::new() },
        ..Unit::default()
    };
    let mut lexer = Lexer::new(&source, &options.delims.0, &options.delims.1);
    lexer.break_ok = !functions.contains("break");
    lexer.continue_ok = !functions.contains("continue");
    let mut parser = Parser {
        lexer,
        unit,
        tree: Tree::new(TreeKind::Main, name),
        outer: Vec::new(),
        defined: HashMap::new(),
        variables: HashMap::from([(&b"$"[..], 0)]),
        callees: HashMap::new(),
        scratch: Vec::new(),
        max_nodes: options.max_nodes,
    };
    parser.run()?;
    Ok(parser.unit)
}

struct Parser<'s> {
    lexer: Lexer<'s>,
    unit: Unit,
    /// The template whose body is being read.
    tree: Tree,
    /// The templates around it.
    outer: Vec<Tree>,
    /// Templates that this text defined so far.
    defined: HashMap<Str, usize>,
    variables: HashMap<&'s [u8], VarId>,
    callees: HashMap<&'s [u8], Callee>,
    /// Nodes of the lists that are not complete yet.
    scratch: Vec<u32>,
    max_nodes: usize,
}

/// How a body began, and what must be done at its end.
enum TreeKind {
    Main,
    Define,
    /// A block is a definition and an invocation: the node of the latter.
    Block(u32),
}

/// The state of reading one template's body. Each has tokens of its own because Go's has: the line in an error is
/// that of the last token which this body read.
struct Tree {
    kind: TreeKind,
    name: Str,
    /// Look-ahead: up to three tokens, the last one read first.
    tokens: [Item; 3],
    peeked: usize,
    /// Variables that are visible.
    vars: Vec<VarId>,
    range_depth: usize,
    /// Line on which the present action began; 0 between actions.
    action_line: u32,
    paren_depth: usize,
    code: Vec<Op>,
    open: Vec<Open>,
    empty: bool,
}

impl Tree {
    fn new(kind: TreeKind, name: Str) -> Tree {
        let none = Item { kind: Kind::Error, start: 0, end: 0, line: 0 };
        Tree {
            kind,
            name,
            tokens: [none; 3],
            peeked: 0,
            vars: vec![0],
            range_depth: 0,
            action_line: 0,
            paren_depth: 0,
            code: Vec::new(),
            open: Vec::new(),
            empty: true,
        }
    }
}

type Result<T> = std::result::Result<T, ParseError>;

impl Parser<'_> {
    /// Reads the text to its end.
    fn run(&mut self) -> Result<()> {
        loop {
            if self.tree.open.is_empty() && matches!(self.tree.kind, TreeKind::Main) {
                match self.peek().kind {
                    Kind::Eof => break,
                    Kind::LeftDelim => {
                        let delim = self.next();
                        if self.next_non_space().kind == Kind::Keyword(Keyword::Define) {
                            self.begin_definition()?;
                            continue;
                        }
                        self.back_up_2(delim);
                    }
                    _ => {}
                }
            } else if self.peek_non_space().kind == Kind::Eof {
                return Err(self.error("unexpected EOF"));
            }
            self.text_or_action()?;
            if self.unit.nodes.len() > self.max_nodes {
                return Err(self.error(format!("text has more than {} nodes", self.max_nodes)));
            }
        }
        let name = self.tree.name.clone();
        self.add_body()?;
        self.unit.main = self.defined[&name];
        Ok(())
    }

    /// `{{define "name"}}`, of which the keyword has been read.
    fn begin_definition(&mut self) -> Result<()> {
        const CONTEXT: &str = "define clause";
        self.outer.push(std::mem::replace(&mut self.tree, Tree::new(TreeKind::Define, Str::default())));
        let token = self.next_non_space();
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(token, CONTEXT));
        }
        self.tree.name = self.unquote(token)?;
        self.expect(Kind::RightDelim, CONTEXT)?;
        Ok(())
    }

    /// Stores the body that was read last under its name.
    fn add_body(&mut self) -> Result<()> {
        let base = self.unit.code.len();
        let code = base..base + self.tree.code.len();
        let body = Body { name: self.tree.name.clone(), code, empty: self.tree.empty };
        match self.defined.get(&body.name) {
            None => {
                self.defined.insert(body.name.clone(), self.unit.bodies.len());
                self.unit.bodies.push(body);
            }
            Some(&at) if self.unit.bodies[at].empty => self.unit.bodies[at] = body,
            Some(_) if body.empty => return Ok(()),
            Some(_) => {
                let name = quote(&body.name);
                return Err(self.error(format!("template: multiple definition of template {name}")));
            }
        }
        self.unit.code.append(&mut self.tree.code);
        Ok(())
    }
}
