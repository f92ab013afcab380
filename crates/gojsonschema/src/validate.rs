//! Judging a value by a compiled schema.

mod array;
mod choice;
mod object;
mod scalar;
mod unevaluated;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::error::{Failure, Kind, Token, pointer};
use crate::schema::{Id, JsonType, Schema};
use crate::value::Json;

use unevaluated::Unevaluated;

/// How much work is done for one value before one schema: alternatives of alternatives double with each level.
const MAX_WORK: usize = 10_000_000;

/// What a failure costs, in units in which a value before a schema costs one.
const FAILURE: usize = 16;

/// Schemas that lead to one another deeper than this are given up.
const MAX_DEPTH: usize = 4000;

/// Each is a call. After so many the next goes on with a stack of its own, so that no caller needs a large one.
const DEPTH_PER_STACK: usize = 64;

/// Enough for so many calls without optimisation.
const STACK_SIZE: usize = 4 << 20;

/// Judges a value by a schema.
pub(crate) fn validate<'s>(schemas: &'s [Schema], root: Id, value: &Json) -> Result<(), Failure<'s>> {
    let context = Context { schemas, dialects: None, work: AtomicUsize::new(0) };
    context.judge(root, None, value)
}

/// Judges a schema by its meta-schema: where the schema within it at a pointer has another dialect, by that dialect's.
pub(crate) fn validate_schema<'s>(
    schemas: &'s [Schema],
    meta: Id,
    dialects: &BTreeMap<String, Id>,
    value: &Json,
) -> Result<(), Failure<'s>> {
    let context = Context { schemas, dialects: Some(dialects), work: AtomicUsize::new(0) };
    context.judge(meta, Some(meta), value)
}

/// Judges a value on its own, of whatever it is part of.
fn whole<'s>(
    context: &Context<'s, '_>,
    schema: Id,
    meta: Option<Id>,
    value: &Json,
    depth: usize,
) -> Result<(), Failure<'s>> {
    let scope = Scope { schema, keyword: "", value: 0, depth, parent: None };
    let open = Unevaluated::of(value, &context.schemas[schema], false);
    let mut way = Vec::new();
    let mut step = Step {
        context,
        schema,
        value,
        way: &mut way,
        scope: &scope,
        open,
        errors: Vec::new(),
        quiet: false,
        meta,
    };
    step.run().map(drop).map_err(|failure| {
        let causes = if matches!(failure.kind, Kind::Group) { failure.causes } else { vec![failure] };
        let kind = Kind::Schema { location: &context.schemas[schema].location };
        Failure { at: String::new(), kind, causes }
    })
}

/// What stays the same throughout.
struct Context<'s, 'd> {
    schemas: &'s [Schema],
    dialects: Option<&'d BTreeMap<String, Id>>,
    /// What was done so far: one for a value before a schema, more for a failure, which is kept.
    work: AtomicUsize,
}

impl<'s> Context<'s, '_> {
    fn judge(&self, schema: Id, meta: Option<Id>, value: &Json) -> Result<(), Failure<'s>> {
        let verdict = whole(self, schema, meta, value, 0);
        // Whatever was found out by then, it is no verdict.
        if self.is_exhausted() {
            return Err(Failure { at: String::new(), kind: Kind::TooMuch, causes: Vec::new() });
        }
        verdict
    }

    fn work(&self, units: usize) {
        self.work.fetch_add(units, Ordering::Relaxed);
    }

    fn is_exhausted(&self) -> bool {
        self.work.load(Ordering::Relaxed) > MAX_WORK
    }
}

/// The schemas that led to this one.
struct Scope<'p> {
    schema: Id,
    /// The keyword that jumped here; else it is the way through the schema.
    keyword: &'static str,
    /// The number of the value: how many steps into values there were.
    value: usize,
    depth: usize,
    parent: Option<&'p Scope<'p>>,
}

/// One value before one schema.
struct Step<'s, 'v, 'c> {
    context: &'c Context<'s, 'c>,
    schema: Id,
    value: &'v Json,
    way: &'c mut Vec<Token<'v>>,
    scope: &'c Scope<'c>,
    /// What no schema has spoken of so far.
    open: Unevaluated<'v>,
    errors: Vec<Failure<'s>>,
    /// Whether only the verdict is wanted, not its reasons.
    quiet: bool,
    /// The meta-schema, while schemas are judged.
    meta: Option<Id>,
}

impl<'s, 'v> Step<'s, 'v, '_> {
    fn schema(&self) -> &'s Schema {
        &self.context.schemas[self.schema]
    }

    fn failure(&self, kind: Kind<'s>) -> Failure<'s> {
        self.context.work(FAILURE);
        let at = if self.quiet { String::new() } else { pointer(self.way) };
        Failure { at, kind, causes: Vec::new() }
    }

    fn add(&mut self, kind: Kind<'s>) {
        self.errors.push(self.failure(kind));
    }

    fn add_all(&mut self, causes: Vec<Failure<'s>>, kind: Kind<'s>) {
        let failure = self.failure(kind);
        self.errors.push(Failure { causes, ..failure });
    }

    fn note(&mut self, result: Result<(), Failure<'s>>) {
        self.errors.extend(result.err());
    }

    /// Whether more failures make no difference.
    fn is_decided(&self) -> bool {
        self.quiet && !self.errors.is_empty()
    }

    fn run(&mut self) -> Result<Unevaluated<'v>, Failure<'s>> {
        if self.scope.depth % DEPTH_PER_STACK != DEPTH_PER_STACK - 1 {
            return self.judge();
        }
        let too_deep = self.failure(Kind::TooDeep);
        if self.scope.depth > MAX_DEPTH {
            return Err(too_deep);
        }
        thread::scope(|threads| {
            let worker = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(threads, || self.judge());
            match worker.map(|worker| worker.join()) {
                Ok(Ok(result)) => result,
                _ => Err(too_deep),
            }
        })
    }

    fn judge(&mut self) -> Result<Unevaluated<'v>, Failure<'s>> {
        self.context.work(1);
        if self.context.is_exhausted() {
            return Err(Failure { at: String::new(), kind: Kind::TooMuch, causes: Vec::new() });
        }
        let schema = self.schema();
        match schema.boolean {
            Some(true) => return Ok(std::mem::take(&mut self.open)),
            Some(false) => return Err(self.failure(Kind::FalseSchema)),
            None => {}
        }
        if let Some(other) = self.scope.cycle() {
            let (first, second) = (self.path(self.scope), self.path(other));
            return Err(self.failure(Kind::RefCycle { url: &schema.location, first, second }));
        }
        self.check_itself(schema)?;
        if let Some(reference) = schema.reference {
            let result = self.refer(reference, "$ref");
            if schema.draft < 2019 {
                return result.map(|()| std::mem::take(&mut self.open));
            }
            self.note(result);
        }
        match self.value {
            Json::Object(properties) => self.check_object(properties),
            Json::Array(items) => self.check_array(items),
            Json::String(text) => self.check_text(text),
            Json::Number(number) => self.check_number(number),
            _ => {}
        }
        if !self.is_decided() {
            if schema.draft >= 2019 {
                self.refer_dynamically(schema);
            }
            self.check_choices();
            if schema.draft >= 2019 {
                self.check_unevaluated();
            }
        }
        match self.errors.len() {
            0 => Ok(std::mem::take(&mut self.open)),
            1 => Err(self.errors.remove(0)),
            _ => {
                let failure = self.failure(Kind::Group);
                Err(Failure { causes: std::mem::take(&mut self.errors), ..failure })
            }
        }
    }

    /// Keywords that look at the value as a whole; after the first that fails no other is looked at.
    fn check_itself(&self, schema: &'s Schema) -> Result<(), Failure<'s>> {
        let found = JsonType::of(self.value);
        if !schema.types.is_empty() {
            let whole = || self.value.as_decimal().is_some_and(|n| n.is_integer());
            let fits = schema.types.contains(found)
                || (found == JsonType::Number && schema.types.contains(JsonType::Integer) && whole());
            if !fits {
                return Err(self.failure(Kind::Type { got: found, want: schema.types }));
            }
        }
        if let Some(want) = schema.constant.as_ref().filter(|want| !self.value.equals(want)) {
            return Err(self.failure(Kind::Const { want }));
        }
        if let Some(want) = &schema.choice
            && !want.iter().any(|want| self.value.equals(want))
        {
            return Err(self.failure(Kind::Enum { want }));
        }
        if let (Some(format), Some(text)) = (&schema.format, self.value.as_str())
            && let Err(reason) = (format.check)(text)
        {
            return Err(self.failure(Kind::Format { got: text.to_owned(), want: format.name, reason }));
        }
        Ok(())
    }

    /// Judges the same value by another schema.
    fn aside(&mut self, schema: Id, keyword: &'static str, quiet: bool) -> Result<(), Failure<'s>> {
        let scope = Scope {
            schema,
            keyword,
            value: self.scope.value,
            depth: self.scope.depth + 1,
            parent: Some(self.scope),
        };
        let open = Unevaluated::of(self.value, &self.context.schemas[schema], !self.open.is_empty());
        let (schema, meta) = self.in_dialect(schema);
        let mut step = Step {
            context: self.context,
            schema,
            value: self.value,
            way: self.way,
            scope: &scope,
            open,
            errors: Vec::new(),
            quiet: self.quiet || quiet,
            meta,
        };
        let rest = step.run()?;
        self.open.keep(&rest);
        Ok(())
    }

    /// Judges a value within the value.
    fn inside(&mut self, schema: Id, value: &'v Json, token: Token<'v>) -> Result<(), Failure<'s>> {
        let scope = Scope {
            schema,
            keyword: "",
            value: self.scope.value + 1,
            depth: self.scope.depth + 1,
            parent: Some(self.scope),
        };
        let open = Unevaluated::of(value, &self.context.schemas[schema], false);
        self.way.push(token);
        let (schema, meta) = self.in_dialect(schema);
        let mut step = Step {
            context: self.context,
            schema,
            value,
            way: self.way,
            scope: &scope,
            open,
            errors: Vec::new(),
            quiet: self.quiet,
            meta,
        };
        let result = step.run();
        self.way.pop();
        result.map(drop)
    }

    /// The meta-schema of the dialect at this place, where a schema is the meta-schema.
    fn in_dialect(&self, schema: Id) -> (Id, Option<Id>) {
        let own = match (self.meta, self.context.dialects) {
            (Some(meta), Some(dialects)) if meta == schema => dialects.get(&pointer(self.way)),
            _ => None,
        };
        own.map_or((schema, self.meta), |own| (*own, Some(*own)))
    }

    fn refer(&mut self, schema: Id, keyword: &'static str) -> Result<(), Failure<'s>> {
        self.aside(schema, keyword, false).map_err(|failure| {
            let reference = self.failure(Kind::Reference);
            let causes = if matches!(failure.kind, Kind::Group) { failure.causes } else { vec![failure] };
            Failure { causes, ..reference }
        })
    }

    /// References whose target depends on how one came here.
    fn refer_dynamically(&mut self, schema: &'s Schema) {
        let schemas = self.context.schemas;
        let resource = |id: Id| &schemas[schemas[id].resource];
        if let Some(mut target) = schema.recursive_reference {
            if schemas[target].recursive_anchor {
                let outer = self.scope.outwards().filter(|id| resource(*id).recursive_anchor);
                target = outer.last().unwrap_or(target);
            }
            let result = self.refer(target, "$recursiveRef");
            self.note(result);
        }
        if let Some((mut target, anchor)) = schema.dynamic_reference.clone() {
            if !anchor.is_empty() && schemas[target].dynamic_anchor == anchor {
                let outer = self.scope.outwards().filter_map(|id| resource(id).dynamic_anchors.get(&anchor));
                target = outer.last().copied().unwrap_or(target);
            }
            let result = self.refer(target, "$dynamicRef");
            self.note(result);
        }
    }

    /// The way through schemas, as keywords.
    fn path(&self, scope: &Scope<'_>) -> String {
        let mut way = String::new();
        let mut scope = Some(scope);
        while let Some(here) = scope {
            let Some(parent) = here.parent else { break };
            if here.keyword.is_empty() {
                let location = |id: Id| self.context.schemas[id].location.as_str();
                let step = location(here.schema).get(location(parent.schema).len()..).unwrap_or_default();
                way.insert_str(0, step);
            } else {
                way.insert_str(0, &format!("/{}", here.keyword));
            }
            scope = here.parent;
        }
        way
    }
}

impl<'p> Scope<'p> {
    /// The scope where the same schema looked at the same value.
    fn cycle(&self) -> Option<&'p Scope<'p>> {
        let mut scope = self.parent;
        while let Some(other) = scope.filter(|other| other.value == self.value) {
            if other.schema == self.schema {
                return Some(other);
            }
            scope = other.parent;
        }
        None
    }

    /// The schemas from here to the first.
    fn outwards(&self) -> impl Iterator<Item = Id> {
        std::iter::successors(Some(self), |scope| scope.parent).map(|scope| scope.schema)
    }
}
