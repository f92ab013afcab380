use super::lex::{Item, Keyword, Kind};
use super::{Parser, Result, Tree, TreeKind};
use crate::tree::{Expr, NodeId, Op, Scope, Span};

/// A control structure whose end has not been read.
pub(super) struct Open {
    context: Context,
    /// The [`Op::Branch`] or [`Op::Range`].
    start: usize,
    /// The jump at the end of the first part, once `else` has been read.
    jump: Option<usize>,
    /// Variables that were visible before.
    vars: usize,
    /// Whether this began with `else if`: its end is also the end of the structure around it.
    chained: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    If,
    With,
    Range,
}

impl Context {
    fn name(self) -> &'static str {
        match self {
            Context::If => "if",
            Context::With => "with",
            Context::Range => "range",
        }
    }
}

impl Parser<'_> {
    /// Reads one piece of text or one action.
    pub(super) fn text_or_action(&mut self) -> Result<()> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => {
                let span = self.span(token);
                self.tree.empty = self.tree.empty && is_blank(self.unit.text(span));
                self.tree.code.push(Op::Text(span));
                Ok(())
            }
            Kind::LeftDelim => {
                self.tree.action_line = token.line;
                self.action()
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    fn action(&mut self) -> Result<()> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Keyword(Keyword::Block) => return self.begin_block(),
            Kind::Keyword(Keyword::If) => return self.begin(Context::If, false),
            Kind::Keyword(Keyword::With) => return self.begin(Context::With, false),
            Kind::Keyword(Keyword::Range) => return self.begin(Context::Range, false),
            Kind::Keyword(Keyword::Else) => return self.read_else(),
            Kind::Keyword(Keyword::End) => return self.read_end(),
            Kind::Keyword(Keyword::Break) => self.leave_range("{{break}}", Op::Break)?,
            Kind::Keyword(Keyword::Continue) => self.leave_range("{{continue}}", Op::Continue)?,
            Kind::Keyword(Keyword::Template) => self.template()?,
            _ => {
                self.back_up();
                let token = self.peek();
                let pipe = self.pipeline("command", Kind::RightDelim)?;
                let action = self.node(token.start, Expr::Action { pipe });
                self.statement(Op::Action(action));
            }
        }
        self.tree.action_line = 0;
        Ok(())
    }

    fn statement(&mut self, op: Op) {
        self.tree.empty = false;
        self.tree.code.push(op);
    }

    fn leave_range(&mut self, action: &str, op: Op) -> Result<()> {
        let token = self.next_non_space();
        if token.kind != Kind::RightDelim {
            return Err(self.unexpected(token, action));
        }
        if self.tree.range_depth == 0 {
            return Err(self.error(format!("{action} outside {{{{range}}}}")));
        }
        self.statement(op);
        Ok(())
    }

    /// `if`, `with` or `range`, of which the keyword has been read.
    fn begin(&mut self, context: Context, chained: bool) -> Result<()> {
        let vars = self.tree.vars.len();
        let pipe = self.pipeline(context.name(), Kind::RightDelim)?;
        let start = self.tree.code.len();
        self.statement(match context {
            Context::If => Op::Branch { pipe, otherwise: 0, scope: Scope::Vars },
            Context::With => Op::Branch { pipe, otherwise: 0, scope: Scope::Dot },
            Context::Range => Op::Range { pipe, otherwise: 0, end: 0 },
        });
        self.tree.range_depth += usize::from(context == Context::Range);
        self.tree.open.push(Open { context, start, jump: None, vars, chained });
        Ok(())
    }

    /// Ends the first part of a structure: a loop goes on with its next element, the others go to their end.
    fn end_first_part(&mut self, open: &mut Open, has_else: bool) {
        if open.context == Context::Range {
            self.tree.range_depth -= 1;
            self.tree.code.push(Op::Next);
        } else if has_else {
            open.jump = Some(self.tree.code.len());
            self.tree.code.push(Op::Jump(0));
        }
        let here = self.tree.code.len() as u32;
        match &mut self.tree.code[open.start] {
            Op::Branch { otherwise, .. } | Op::Range { otherwise, .. } => *otherwise = here,
            _ => {}
        }
    }

    fn read_else(&mut self) -> Result<()> {
        let next = self.peek_non_space();
        if !matches!(next.kind, Kind::Keyword(Keyword::If | Keyword::With)) {
            self.expect(Kind::RightDelim, "else")?;
        }
        self.tree.action_line = 0;
        let Some(mut open) = self.tree.open.pop() else { return Err(self.misplaced("{{else}}")) };
        if self.tree.code[open.start].has_otherwise() {
            return Err(self.error("expected end; found {{else}}"));
        }
        self.end_first_part(&mut open, true);
        let context = open.context;
        self.tree.open.push(open);
        let chain = match context {
            Context::If => Kind::Keyword(Keyword::If),
            Context::With => Kind::Keyword(Keyword::With),
            Context::Range => return Ok(()),
        };
        // Any other word that is pending is an error which reading the else part will find.
        if self.peek().kind == chain {
            self.next();
            return self.begin(context, true);
        }
        Ok(())
    }

    fn read_end(&mut self) -> Result<()> {
        self.expect(Kind::RightDelim, "end")?;
        self.tree.action_line = 0;
        if self.tree.open.is_empty() {
            return self.end_definition();
        }
        while let Some(mut open) = self.tree.open.pop() {
            if !self.tree.code[open.start].has_otherwise() {
                self.end_first_part(&mut open, false);
            }
            let here = self.tree.code.len() as u32;
            if let Some(jump) = open.jump {
                self.tree.code[jump] = Op::Jump(here);
            }
            let declares = self.tree.vars.len() > open.vars;
            self.tree.vars.truncate(open.vars);
            match &mut self.tree.code[open.start] {
                Op::Range { end, .. } => *end = here + 1,
                Op::Branch { scope: scope @ Scope::Vars, .. } if !declares => *scope = Scope::None,
                _ => {}
            }
            if !matches!(self.tree.code[open.start], Op::Branch { scope: Scope::None, .. }) {
                self.tree.code.push(Op::Leave);
            }
            if !open.chained {
                break;
            }
        }
        Ok(())
    }

    /// The end of a `define` or `block`.
    fn end_definition(&mut self) -> Result<()> {
        if matches!(self.tree.kind, TreeKind::Main) {
            return Err(self.misplaced("{{end}}"));
        }
        self.add_body()?;
        if let Some(outer) = self.outer.pop() {
            let inner = std::mem::replace(&mut self.tree, outer);
            if let TreeKind::Block(invocation) = inner.kind {
                self.statement(Op::Template(invocation));
                self.tree.action_line = 0;
            }
        }
        Ok(())
    }

    /// An `else` or `end` that belongs to nothing.
    fn misplaced(&mut self, action: &str) -> crate::ParseError {
        match self.tree.kind {
            TreeKind::Main => self.error(format!("unexpected {action}")),
            TreeKind::Define => self.error(format!("unexpected {action} in define clause")),
            TreeKind::Block(_) => {
                // It is the text around the block that complains.
                self.tree =
                    self.outer.pop().unwrap_or_else(|| Tree::new(TreeKind::Main, self.unit.name.clone()));
                self.error(format!("unexpected {action} in block clause"))
            }
        }
    }

    /// The name in `template` and `block`: an index of [`Unit::strings`](crate::tree::Unit::strings).
    fn template_name(&mut self, token: Item, context: &str) -> Result<u32> {
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(token, context));
        }
        let name = self.unquote(token)?;
        self.unit.strings.push(name);
        Ok(self.unit.strings.len() as u32 - 1)
    }

    fn template(&mut self) -> Result<()> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.back_up();
            pipe = Some(self.pipeline(CONTEXT, Kind::RightDelim)?);
        }
        let invocation = self.node(token.start, Expr::Template { name, pipe });
        self.statement(Op::Template(invocation));
        Ok(())
    }

    fn begin_block(&mut self) -> Result<()> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let index = self.template_name(token, CONTEXT)?;
        let pipe = Some(self.pipeline(CONTEXT, Kind::RightDelim)?);
        let invocation = self.node(token.start, Expr::Template { name: index, pipe });
        let name = self.unit.strings[index as usize].clone();
        self.outer.push(std::mem::replace(&mut self.tree, Tree::new(TreeKind::Block(invocation), name)));
        Ok(())
    }

    pub(super) fn node(&mut self, offset: u32, expr: Expr) -> NodeId {
        self.unit.nodes.push(crate::tree::Node { offset, expr });
        self.unit.nodes.len() as NodeId - 1
    }

    pub(super) fn push_field(&mut self, field: Item) {
        // The leading period is not part of the name.
        self.unit.fields.push(Span { start: field.start + 1, end: field.end });
    }
}

impl Op {
    /// Whether the end of the first part of a structure has been read.
    fn has_otherwise(self) -> bool {
        matches!(self, Op::Branch { otherwise: 1.., .. } | Op::Range { otherwise: 1.., .. })
    }
}

fn is_blank(text: &[u8]) -> bool {
    String::from_utf8_lossy(text.trim_ascii()).trim().is_empty()
}
