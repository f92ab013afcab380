use super::lex::{Item, Keyword, Kind};
use super::{Parser, Result, number};
use crate::builtin::Builtin;
use crate::print;
use crate::tree::{Callee, Expr, NodeId, Slice, Span, VarId};
use govalue::strconv::quote;

/// How deep parentheses may nest (Go's limit).
const MAX_PAREN_DEPTH: usize = 10_000;

/// A pipeline that is being read, and the command in it.
struct Pipeline {
    context: &'static str,
    end: Kind,
    offset: u32,
    /// Where its nodes begin among the scratch nodes.
    base: usize,
    decls: u8,
    assign: bool,
    /// Place of the command and where its operands begin.
    command: Option<(u32, usize)>,
}

/// What comes next in a pipeline.
enum Step {
    /// A command or the pipeline's end.
    Command,
    /// An operand of a command, or its end.
    Operand,
    /// The end of an operand: the term was read.
    Term(NodeId),
}

impl Parser<'_> {
    /// Reads a pipeline to its end token. Parentheses nest in a list of our own, not on the native stack.
    pub(super) fn pipeline(&mut self, context: &'static str, end: Kind) -> Result<NodeId> {
        let mut around: Vec<Pipeline> = Vec::new();
        let mut pipe = self.begin_pipeline(context, end)?;
        let mut step = Step::Command;
        loop {
            step = match step {
                Step::Command => {
                    let token = self.next_non_space();
                    if token.kind == pipe.end {
                        let node = self.end_pipeline(&pipe)?;
                        let Some(outer) = around.pop() else { return Ok(node) };
                        pipe = outer;
                        self.tree.paren_depth -= 1;
                        Step::Term(node)
                    } else if starts_operand(token.kind) {
                        self.back_up();
                        pipe.command = Some((self.peek_non_space().start, self.scratch.len()));
                        Step::Operand
                    } else {
                        return Err(self.unexpected(token, pipe.context));
                    }
                }
                Step::Operand => {
                    let token = self.next_non_space();
                    if token.kind == Kind::LeftParen {
                        if self.tree.paren_depth >= MAX_PAREN_DEPTH {
                            return Err(self.error("max expression depth exceeded"));
                        }
                        self.tree.paren_depth += 1;
                        let inner = self.begin_pipeline("parenthesized pipeline", Kind::RightParen)?;
                        around.push(std::mem::replace(&mut pipe, inner));
                        Step::Command
                    } else if let Some(node) = self.term(token)? {
                        Step::Term(node)
                    } else {
                        self.back_up();
                        self.after_operand(&mut pipe)?
                    }
                }
                Step::Term(node) => {
                    let operand = self.with_fields(node)?;
                    self.scratch.push(operand);
                    self.after_operand(&mut pipe)?
                }
            };
        }
    }

    /// Reads up to the first command: the variables that the pipeline declares or assigns.
    fn begin_pipeline(&mut self, context: &'static str, end: Kind) -> Result<Pipeline> {
        let offset = self.peek_non_space().start;
        let mut pipe = Pipeline {
            context,
            end,
            offset,
            base: self.scratch.len(),
            decls: 0,
            assign: false,
            command: None,
        };
        loop {
            let variable = self.peek_non_space();
            if variable.kind != Kind::Variable {
                return Ok(pipe);
            }
            self.next();
            // In "$x foo" it takes the third token to know that $x is an argument, not a declaration.
            let after = self.peek();
            let next = self.peek_non_space();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.assign = next.kind == Kind::Assign;
                    self.next_non_space();
                    self.declare(&mut pipe, variable);
                    return Ok(pipe);
                }
                Kind::Char if self.unit.text(self.span(next)) == b"," => {
                    self.next_non_space();
                    self.declare(&mut pipe, variable);
                    if context != "range" || pipe.decls >= 2 {
                        return Err(self.error(format!("too many declarations in {context}")));
                    }
                    if !matches!(
                        self.peek_non_space().kind,
                        Kind::Variable | Kind::RightDelim | Kind::RightParen
                    ) {
                        return Err(self.error("range can only initialize variables"));
                    }
                }
                _ if after.kind == Kind::Space => {
                    self.back_up_3(variable, after);
                    return Ok(pipe);
                }
                _ => {
                    self.back_up_2(variable);
                    return Ok(pipe);
                }
            }
        }
    }

    fn declare(&mut self, pipe: &mut Pipeline, token: Item) {
        let name = self.span(token);
        let var = self.variable_id(token);
        let node = self.node(token.start, Expr::Variable { var, name, fields: Slice::EMPTY });
        self.scratch.push(node);
        self.tree.vars.push(var);
        pipe.decls += 1;
    }

    fn variable_id(&mut self, token: Item) -> VarId {
        let name = &self.lexer.input[token.start as usize..token.end as usize];
        let next = self.variables.len() as VarId;
        *self.variables.entry(name).or_insert(next)
    }

    fn end_pipeline(&mut self, pipe: &Pipeline) -> Result<NodeId> {
        let commands = pipe.base + usize::from(pipe.decls);
        if self.scratch.len() == commands {
            return Err(self.error(format!("missing value for {}", pipe.context)));
        }
        for (stage, &command) in self.scratch[commands..].iter().enumerate().skip(1) {
            let Expr::Command { args } = self.unit.node(command).expr else { continue };
            let first = self.unit.node(self.unit.list(args)[0]).expr;
            if matches!(
                first,
                Expr::Bool(_) | Expr::Dot | Expr::Nil | Expr::Number { .. } | Expr::String { .. }
            ) {
                return Err(self.error(format!("non executable command in pipeline stage {}", stage + 1)));
            }
        }
        let list = self.take_list(pipe.base);
        Ok(self.node(pipe.offset, Expr::Pipe { list, decls: pipe.decls, assign: pipe.assign }))
    }

    /// Makes a list of the scratch nodes from `base` on.
    fn take_list(&mut self, base: usize) -> Slice {
        let start = self.unit.lists.len() as u32;
        self.unit.lists.extend(self.scratch.drain(base..));
        Slice { start, len: self.unit.lists.len() as u32 - start }
    }

    /// Behind an operand: another one, the next command or the end.
    fn after_operand(&mut self, pipe: &mut Pipeline) -> Result<Step> {
        let token = self.next();
        match token.kind {
            Kind::Space => {
                self.peek_non_space();
                return Ok(Step::Operand);
            }
            Kind::RightDelim | Kind::RightParen => self.back_up(),
            Kind::Pipe => {}
            _ => return Err(self.unexpected(token, "operand")),
        }
        let (offset, base) = pipe.command.take().unwrap_or((pipe.offset, self.scratch.len()));
        if self.scratch.len() == base {
            return Err(self.error("empty command"));
        }
        let args = self.take_list(base);
        let command = self.node(offset, Expr::Command { args });
        self.scratch.push(command);
        Ok(Step::Command)
    }

    /// A term other than parentheses; `None` if the token begins none.
    fn term(&mut self, token: Item) -> Result<Option<NodeId>> {
        let span = self.span(token);
        let expr = match token.kind {
            Kind::Identifier => Expr::Identifier { name: span, callee: self.callee(span)? },
            Kind::Keyword(Keyword::Dot) => Expr::Dot,
            Kind::Keyword(Keyword::Nil) => Expr::Nil,
            Kind::Variable => {
                let var = self.variable_id(token);
                if !self.tree.vars.contains(&var) {
                    return Err(self.error(format!("undefined variable {}", quote(self.unit.text(span)))));
                }
                Expr::Variable { var, name: span, fields: Slice::EMPTY }
            }
            Kind::Field => {
                let start = self.unit.fields.len() as u32;
                self.push_field(token);
                Expr::Field { fields: Slice { start, len: 1 } }
            }
            Kind::Bool => Expr::Bool(self.unit.text(span) == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let number = number::parse(self.unit.text(span), token.kind).map_err(|e| self.error(e))?;
                self.unit.numbers.push(number);
                Expr::Number { text: span, index: self.unit.numbers.len() as u32 - 1 }
            }
            Kind::String | Kind::RawString => {
                let value = self.unquote(token)?;
                self.unit.strings.push(value);
                Expr::String { quoted: span, index: self.unit.strings.len() as u32 - 1 }
            }
            _ => return Ok(None),
        };
        Ok(Some(self.node(token.start, expr)))
    }

    fn callee(&mut self, span: Span) -> Result<Callee> {
        let name = &self.lexer.input[span.start as usize..span.end as usize];
        if let Some(&known) = self.callees.get(name) {
            return Ok(known);
        }
        let text = std::str::from_utf8(name).unwrap_or("");
        let host = self.unit.functions.map.get(text).cloned();
        let callee = match (host, Builtin::named(text)) {
            (Some(function), _) => {
                self.unit.functions.used.push(function);
                Callee::Host(self.unit.functions.used.len() as u32 - 1)
            }
            (None, Some(builtin)) => Callee::Builtin(builtin),
            (None, None) => return Err(self.error(format!("function {} not defined", quote(name)))),
        };
        self.callees.insert(name, callee);
        Ok(callee)
    }

    /// Adds the fields that follow a term.
    fn with_fields(&mut self, term: NodeId) -> Result<NodeId> {
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(term);
        }
        let start = self.unit.fields.len() as u32;
        while self.peek().kind == Kind::Field {
            let field = self.next();
            self.push_field(field);
        }
        let fields = Slice { start, len: self.unit.fields.len() as u32 - start };
        let expr = match self.unit.node(term).expr {
            // The term's own field was stored just before these.
            Expr::Field { fields: own } => {
                Expr::Field { fields: Slice { start: own.start, len: own.len + fields.len } }
            }
            Expr::Variable { var, name, .. } => Expr::Variable { var, name, fields },
            Expr::Bool(_) | Expr::String { .. } | Expr::Number { .. } | Expr::Nil | Expr::Dot => {
                let mut text = Vec::new();
                print::node(&self.unit, term, &mut text);
                return Err(self.error(format!("unexpected . after term {}", quote(&text))));
            }
            _ => Expr::Chain { node: term, fields },
        };
        Ok(self.node(first.start, expr))
    }
}

fn starts_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bool
            | Kind::CharConstant
            | Kind::Complex
            | Kind::Keyword(Keyword::Dot | Keyword::Nil)
            | Kind::Field
            | Kind::Identifier
            | Kind::Number
            | Kind::RawString
            | Kind::String
            | Kind::Variable
            | Kind::LeftParen
    )
}
