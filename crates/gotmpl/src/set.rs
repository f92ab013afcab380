use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use govalue::{Str, Value};

use crate::exec::{self, Limits};
use crate::tree::Unit;
use crate::{Budget, ExecError, FuncMap, Host, Options, ParseError, parse};

/// One compiled template: a name and its part of a parsed text (`parse.Tree`). Cloning shares everything.
#[derive(Clone)]
pub struct Template {
    pub(crate) unit: Arc<Unit>,
    pub(crate) index: usize,
}

impl Template {
    /// The template's name: that of the text, or the one given by `define` or `block` (`Template.Name`).
    pub fn name(&self) -> &Str {
        &self.unit.bodies[self.index].name
    }

    /// Name under which the text was parsed, which errors mention (`Tree.ParseName`).
    pub fn file(&self) -> &Str {
        &self.unit.name
    }

    /// The text that was parsed, all of it.
    pub fn source(&self) -> &Str {
        &self.unit.source
    }

    /// Whether the body holds nothing but space and comments (`parse.IsEmptyTree`); such a template replaces no
    /// other one.
    pub fn is_empty(&self) -> bool {
        self.unit.bodies[self.index].empty
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template {:?}", self.name())
    }
}

/// Templates of one overlay, above those of the sets that it was cloned from.
#[derive(Default)]
struct Layer {
    below: Option<Arc<Layer>>,
    height: usize,
    templates: HashMap<Str, Template>,
}

impl Layer {
    /// Look-ups walk down the layers, so that a deep stack of them is merged into one.
    const MAX_HEIGHT: usize = 8;

    fn get(&self, name: &[u8]) -> Option<&Template> {
        let mut layer = self;
        loop {
            if let Some(found) = layer.templates.get(name) {
                return Some(found);
            }
            layer = layer.below.as_deref()?;
        }
    }

    fn above(layer: &Arc<Layer>) -> Layer {
        if layer.height < Layer::MAX_HEIGHT {
            let below = (!layer.templates.is_empty() || layer.below.is_some()).then(|| layer.clone());
            return Layer { below, height: layer.height + 1, templates: HashMap::new() };
        }
        let mut templates = HashMap::new();
        layer.visit(&mut |name, template| {
            templates.entry(name.clone()).or_insert_with(|| template.clone());
        });
        Layer { below: None, height: 0, templates }
    }

    fn visit<'l>(&'l self, visitor: &mut impl FnMut(&'l Str, &'l Template)) {
        let mut layer = Some(self);
        while let Some(current) = layer {
            current.templates.iter().for_each(|(name, template)| visitor(name, template));
            layer = current.below.as_deref();
        }
    }
}

/// A name space of templates that may invoke one another, with its functions and options
/// (Go's associated templates).
///
/// A clone costs three reference counts and is independent: what is parsed into it stays in an overlay of its own,
/// while the templates that it was cloned with remain shared.
#[derive(Clone, Default)]
pub struct TemplateSet {
    pub(crate) options: Arc<Options>,
    pub(crate) functions: Arc<FuncMap>,
    top: Arc<Layer>,
}

impl TemplateSet {
    /// An empty set with the built-in functions only (`template.New`).
    pub fn new(options: Options) -> TemplateSet {
        TemplateSet { options: Arc::new(options), ..TemplateSet::default() }
    }

    /// The set with these functions in place of those that it had (`Template.Funcs`). Texts are checked against the functions of the
    /// set that parses them; calls are resolved in the set that executes them.
    #[must_use]
    pub fn with_funcs(mut self, functions: Arc<FuncMap>) -> TemplateSet {
        self.functions = functions;
        self
    }

    /// The set with other options (`Template.Option`).
    #[must_use]
    pub fn with_options(mut self, options: Options) -> TemplateSet {
        self.options = Arc::new(options);
        self
    }

    /// The options (`Template.Option`).
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The functions, without the built-in ones (`Template.Funcs`).
    pub fn functions(&self) -> &Arc<FuncMap> {
        &self.functions
    }

    /// Parses a text as the template of that name and adds it and the templates that it defines
    /// (`set.New(name).Parse(text)` in Go).
    ///
    /// A template replaces one of the same name from an earlier text, unless its body is empty. The result is the
    /// text's own template, whether or not it replaced one: to execute it whatever the set holds under its name,
    /// use [`TemplateSet::execute_template`].
    pub fn parse(&mut self, name: impl Into<Str>, text: impl Into<Str>) -> Result<Template, ParseError> {
        let unit = parse::parse(name.into(), text.into(), &self.functions, &self.options)?;
        let unit = Arc::new(unit);
        for index in 0..unit.bodies.len() {
            let template = Template { unit: unit.clone(), index };
            self.add_parse_tree(template.name().clone(), template);
        }
        Ok(Template { index: unit.main, unit })
    }

    /// Adds a compiled template under a name (`Template.AddParseTree`); an empty one does not replace another.
    pub fn add_parse_tree(&mut self, name: impl Into<Str>, template: Template) {
        let name = name.into();
        if template.is_empty() && self.top.get(&name).is_some() {
            return;
        }
        if let Some(layer) = Arc::get_mut(&mut self.top) {
            layer.templates.insert(name, template);
            return;
        }
        let mut layer = Layer::above(&self.top);
        layer.templates.insert(name, template);
        self.top = Arc::new(layer);
    }

    /// The template of that name (`Template.Lookup`).
    pub fn lookup(&self, name: impl AsRef<[u8]>) -> Option<&Template> {
        self.top.get(name.as_ref())
    }

    /// The names of all templates, sorted (`Template.Templates`).
    pub fn names(&self) -> Vec<Str> {
        let mut names = Vec::new();
        self.top.visit(&mut |name, _| names.push(name.clone()));
        names.sort();
        names.dedup();
        names
    }

    /// Executes the template of that name and appends its output. After an error the output of the part that was
    /// executed is there, as with Go's `ExecuteTemplate`.
    pub fn execute(&self, name: &str, data: &Value, out: &mut Vec<u8>) -> Result<(), ExecError> {
        self.execute_with(name, data, out, &mut ())
    }

    /// Executes with something of the host's that functions reach through [`State::host`](crate::State::host)
    /// (`Template.Execute`).
    pub fn execute_with(
        &self,
        name: &str,
        data: &Value,
        out: &mut Vec<u8>,
        host: &mut Host,
    ) -> Result<(), ExecError> {
        let template =
            self.lookup(name).ok_or_else(|| ExecError::no_template(name.as_bytes(), &self.options.name))?;
        self.execute_template(template, data, out, host)
    }

    /// Executes a template that need not be one of the set (`Template.Execute`); the templates that it invokes are those of the set.
    pub fn execute_template(
        &self,
        template: &Template,
        data: &Value,
        out: &mut Vec<u8>,
        host: &mut Host,
    ) -> Result<(), ExecError> {
        exec::execute(self, template, data, out, host, &mut Limits::default())
    }

    /// As [`TemplateSet::execute_with`], drawing on a budget that other executions share.
    pub fn execute_within(
        &self,
        name: &str,
        data: &Value,
        out: &mut Vec<u8>,
        host: &mut Host,
        budget: &mut Budget,
    ) -> Result<(), ExecError> {
        let template =
            self.lookup(name).ok_or_else(|| ExecError::no_template(name.as_bytes(), &self.options.name))?;
        let mut limits = Limits::default();
        limits.budget = std::mem::take(budget);
        let result = exec::execute(self, template, data, out, host, &mut limits);
        *budget = limits.budget;
        result
    }
}

impl fmt::Debug for TemplateSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateSet").field("options", &self.options).field("names", &self.names()).finish()
    }
}
